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
-- version:  1

WITH
-- Both stores know processes by their exact name: /usr/libexec/BackupAgent as a file is Apple's own.
used AS MATERIALIZED (
  SELECT first_seen, last_seen, usage_at, _cite AS cite
  FROM ios_data_usage WHERE process = 'BackupAgent'
),
-- Every time is evidence of its own; a row without any is one finding without a time.
moments(at, cite, what) AS (
  SELECT first_seen, cite, 'was first recorded by DataUsage' FROM used WHERE first_seen IS NOT NULL
  UNION SELECT last_seen, cite, 'was last recorded by DataUsage' FROM used
        WHERE last_seen IS NOT NULL
  UNION SELECT usage_at, cite, 'has a record of network use in DataUsage' FROM used
        WHERE usage_at IS NOT NULL
  UNION SELECT NULL, cite, 'is listed in DataUsage' FROM used
        WHERE coalesce(first_seen, last_seen, usage_at) IS NULL
  UNION SELECT date, _cite, 'is in the network baseline of OS Analytics'
        FROM ios_os_analytics_ad_daily WHERE process = 'BackupAgent'
)
SELECT at,
       'The process BackupAgent ' || what || coalesce(' at ' || at, ', without a time') AS summary,
       group_concat(cite, char(10)) AS cite
FROM moments
GROUP BY at, what
ORDER BY at, what;
