-- id:       ios/safari-redirect
-- title:    A page without encryption sent Safari to another host at once
-- kind:     note
-- families: network injection (Pegasus, Predator)
-- sources:  published by Amnesty International (redirects from one site to another without a step
--           of the user); the tool MVT reports it, too
-- benign:   ordinary: link shorteners, sign-in pages of public Wi-Fi, advertising and sites that
--           moved to another name all do this. Only the host it leads to can make it matter
-- next:     is the second host one the person knows? Compare it with indicators; look at the
--           minutes after the visit (timeline: crashes, new processes, new files)
-- baseline: not measured: no public clean History.db with redirects
-- version:  2

WITH
-- Safari writes both ends of a redirect. One scan keeps the few visits that are an end of one.
linked AS MATERIALIZED (
  SELECT _file AS file, visit_id, url, visit_time, redirect_source, redirect_destination,
         _cite AS cite
  FROM ios_safari_history
  WHERE redirect_destination IS NOT NULL OR redirect_source IS NOT NULL
),
origins AS (
  SELECT * FROM linked
  WHERE redirect_destination IS NOT NULL AND lower(substr(url, 1, 7)) = 'http://'
),
-- Where the other end lost its half of the link it is looked up by key, a bounded number of times.
stray AS MATERIALIZED (
  SELECT * FROM origins
  WHERE NOT EXISTS (SELECT 1 FROM linked AS near
                    WHERE near.visit_id = origins.redirect_destination AND near.file = origins.file)
  LIMIT 200
),
stray_end AS MATERIALIZED (
  SELECT * FROM linked
  WHERE redirect_source IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM linked AS before
                    WHERE before.visit_id = linked.redirect_source AND before.file = linked.file)
  LIMIT 200
),
steps(at, from_url, to_url, arrived, cite_origin, cite_destination) AS (
  SELECT origin.visit_time, origin.url, far.url, far.visit_time, origin.cite, far.cite
  FROM origins AS origin
  CROSS JOIN linked AS far ON far.visit_id = origin.redirect_destination AND far.file = origin.file
  UNION ALL
  SELECT stray.visit_time, stray.url, far.url, far.visit_time, stray.cite, far._cite
  FROM stray
  CROSS JOIN ios_safari_history AS far ON far.visit_id = stray.redirect_destination
  WHERE far._file = stray.file
  UNION ALL
  SELECT first.visit_time, first.url, stray_end.url, stray_end.visit_time, first._cite,
         stray_end.cite
  FROM stray_end
  CROSS JOIN ios_safari_history AS first ON first.visit_id = stray_end.redirect_source
  WHERE first._file = stray_end.file AND lower(substr(first.url, 1, 7)) = 'http://'
),
-- "www." in front makes no other host.
hosts AS (
  SELECT *, micros(arrived) - micros(at) AS delay,
         iif(host(from_url) LIKE 'www.%', substr(host(from_url), 5), host(from_url)) AS from_host,
         iif(host(to_url) LIKE 'www.%', substr(host(to_url), 5), host(to_url)) AS to_host
  FROM steps
)
-- Without ORDER BY, so that findings stream: they come in the order of the visits.
SELECT at,
       printf('%s was left for %s within %.3f s: %s led to %s',
              from_host, to_host, delay / 1e6, from_url, to_url) AS summary,
       cite_origin, cite_destination
FROM hosts
WHERE from_host <> to_host AND delay BETWEEN 0 AND 1000000;
