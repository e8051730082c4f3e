-- id:       ios/operation-triangulation-process
-- title:    BackupAgent used the network
-- kind:     compromise
-- families: Operation Triangulation
-- sources:  Kaspersky, Operation Triangulation, 1 June 2023 (securelist.com, article 109842);
--           the tool KasperskyLab/triangle_check
-- benign:   none known: BackupAgent is deprecated and never used the network on a healthy phone;
--           BackupAgent2 is today's legitimate program and does not match
-- next:     keep this backup and the phone as they are and ask a forensic laboratory; look at what
--           else happened on the phone in the minutes around each time (timeline)
-- baseline: 0 findings in 2 clean DataUsage databases (411 processes)
-- version:  2

WITH
-- Both stores know processes by their exact name: /usr/libexec/BackupAgent as a file is Apple's own.
used AS MATERIALIZED (
  SELECT first_seen, last_seen, usage_at, _cite AS cite
  FROM ios_data_usage WHERE process = 'BackupAgent'
),
-- One finding a store, with every moment that it holds; three moments of a row share one citation.
moments(store, at, cite, what) AS (
  SELECT 'DataUsage', first_seen, cite, 'first recorded' FROM used WHERE first_seen IS NOT NULL
  UNION ALL SELECT 'DataUsage', last_seen, cite, 'last recorded' FROM used
                   WHERE last_seen IS NOT NULL
  UNION ALL SELECT 'DataUsage', usage_at, cite, 'network use' FROM used WHERE usage_at IS NOT NULL
  UNION ALL SELECT 'DataUsage', NULL, cite, NULL FROM used
                   WHERE coalesce(first_seen, last_seen, usage_at) IS NULL
  UNION ALL SELECT 'the network baseline of OS Analytics', date, _cite, 'listed'
                   FROM ios_os_analytics_ad_daily WHERE process = 'BackupAgent'
),
-- The same moment of several usage rows is told once, and no more than fit a sentence.
told AS (
  SELECT store, at, what, row_number() OVER (PARTITION BY store ORDER BY at, what) AS number
  FROM moments WHERE at IS NOT NULL GROUP BY store, at, what
)
SELECT min(at) AS at, max(at) AS until,
       'The process BackupAgent is in ' || store || coalesce(': '
         || (SELECT group_concat(what || ' at ' || substr(replace(at, 'T', ' '), 1, 19), '; ')
             FROM told WHERE told.store = moments.store AND number <= 6)
         || iif((SELECT count(*) FROM told WHERE told.store = moments.store) > 6, '; and more', ''),
         ', without a time') AS summary,
       group_concat(cite, char(10)) AS cite
FROM moments
GROUP BY store
ORDER BY at, store;
