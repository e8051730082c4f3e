-- id:       ios/outdated-version
-- title:    The operating system is outdated
-- kind:     weakness
-- families: any
-- sources:  the table apple_builds of this program, whose date the finding names
-- benign:   a phone that was not used for a while, or that Apple no longer supports
-- next:     install the newest version the phone is offered (Settings, General, Software Update).
--           This program does not know which version a model can still run: one that is offered no
--           newer one keeps known holes for good, so think about replacing it
-- baseline: fires on every phone that is not up to date; says nothing about an attack
-- version:  1

WITH
facts AS MATERIALIZED (
  SELECT key, value, _cite AS cite FROM ios_backup_info
  WHERE key IN ('Product Version', 'Build Version', 'Product Type')
),
phone AS MATERIALIZED (
  SELECT version.value AS version, build.value AS build, version_key(version.value) AS key,
         iif(type.value LIKE 'iPad%', 'iPadOS', 'iOS') AS os,
         version.cite AS cite_version, build.cite AS cite_build
  FROM facts AS version
  LEFT JOIN facts AS build ON build.key = 'Build Version'
  LEFT JOIN facts AS type ON type.key = 'Product Type'
  WHERE version.key = 'Product Version'
),
-- The nine digits in front are the major version: a line that may be kept up beside newer ones.
releases AS MATERIALIZED (
  SELECT version, version_key(version) AS key, substr(version_key(version), 1, 9) AS line
  FROM apple_builds GROUP BY version_key(version)
),
newest AS (SELECT version, key, line FROM releases ORDER BY key DESC LIMIT 1),
previous_line AS (SELECT max(line) AS line FROM releases WHERE line < (SELECT line FROM newest)),
compared AS (
  SELECT phone.*,
         printf('%s %s (%s%s)', os, phone.version, coalesce(build, 'build unknown'),
                iif(build NOT IN (SELECT build FROM apple_builds), ', a build the table lacks', '')
         ) AS name,
         newest.version AS newest, newest.key AS newest_key,
         (SELECT as_of FROM apple_builds_info) AS as_of,
         (SELECT count(*) FROM releases WHERE releases.key > phone.key) AS behind,
         (SELECT version FROM releases WHERE line = substr(phone.key, 1, 9)
          ORDER BY releases.key DESC LIMIT 1) AS newest_of_line,
         -- Nothing newer in its line, and that line is the last but one.
         substr(phone.key, 1, 9) = (SELECT line FROM previous_line)
           AND phone.key >= (SELECT max(key) FROM releases
                             WHERE line = (SELECT line FROM previous_line)) AS kept_up
  FROM phone CROSS JOIN newest
)
SELECT NULL AS at,
       CASE
         WHEN key > newest_key THEN
           printf('%s is newer than this table of %s, whose newest is %s: whether it is up to date '
                  || 'is not known here', name, as_of, newest)
         ELSE
           printf('%s is %d release%s behind %s, the newest in the table of %s%s',
                  name, behind, iif(behind = 1, '', 's'), newest, as_of,
                  CASE WHEN kept_up THEN '; in its own line it is the newest'
                       WHEN newest_of_line IS NULL OR newest_of_line = newest THEN ''
                       WHEN version_key(newest_of_line) <= key THEN
                         '; it is the newest of an old line'
                       ELSE '; the newest of its own line is ' || newest_of_line END)
       END AS summary,
       CASE WHEN key > newest_key THEN 'The operating system is newer than this program''s table'
            WHEN kept_up THEN 'The operating system is of the last but one line' END AS title,
       iif(key > newest_key OR kept_up, 'note', 'weakness') AS kind,
       cite_version, cite_build
FROM compared
WHERE key <> newest_key;
