-- id:       ios/operation-triangulation-cluster
-- title:    Traces as Operation Triangulation leaves them, within minutes
-- kind:     attempt
-- families: Operation Triangulation
-- sources:  https://securelist.com/operation-triangulation/109842/
--           https://securelist.com/find-the-triangulation-utility/109867/
-- benign:   each trace alone is ordinary, and coincidences happen: the status bar's location file
--           and FaceTime's file are rewritten in daily use, emptied attachment folders remain when
--           messages are deleted. Only traces of two kinds within five minutes are reported; the
--           status bar's file together with a location client is a note, since one daemon writes both
-- next:     ask for a forensic examination of the phone; look for BackupAgent in the record of
--           network use, for an unknown iMessage sender at that time, and at the timeline around it
-- baseline: 0 findings on a real clean iOS 14.3 backup and 2 clean DataUsage databases
-- version:  1

-- The published rule takes every event as the start of a window of five minutes and asks whether
-- the window holds traces of two classes. Here all windows are looked at, however few or many events
-- there are, and windows that overlap are one finding.
WITH
-- The three preference files the chain rewrites. Looked up by path, which is the rarer key.
preference_files AS MATERIALIZED (
  SELECT substr(relative_path, 21) AS name, modified, changed, birth, _cite AS cite
  FROM ios_manifest
  WHERE relative_path IN ('Library/Preferences/com.apple.ImageIO.plist',
                          'Library/Preferences/com.apple.locationd.StatusBarIconManager.plist',
                          'Library/Preferences/com.apple.imservice.ids.FaceTime.plist')
    AND +domain = iif(relative_path LIKE '%ImageIO.plist', 'RootDomain', 'HomeDomain')
),
-- Library/SMS/Attachments/ab and …/ab/11 are folders that stay when their attachments are deleted,
-- as the attackers did; a file or anything deeper is an attachment still there. Looked up by domain.
attachments AS MATERIALIZED (
  SELECT micros(modified) AS modified, micros(changed) AS changed, micros(birth) AS birth,
         iif(kind = 'file' OR relative_path GLOB 'Library/SMS/Attachments/*/*/*', NULL, _cite) AS folder
  FROM ios_manifest
  WHERE domain = 'MediaDomain' AND relative_path GLOB 'Library/SMS/Attachments/*'
),
-- A folder counts when its content and its attributes changed together. The two moments may lie on
-- both sides of a window's edge, so each of them stands for the whole folder.
folders AS (
  SELECT *, coalesce(abs(modified - changed) <= 300000000, 0) AS together,
         min(modified, changed) - 300000000 AS since, max(modified, changed) + 300000000 AS until
  FROM attachments WHERE folder IS NOT NULL
),
folder_moments(at, together, since, until, cite) AS (
  SELECT modified, together, since, until, folder FROM folders
  UNION ALL SELECT changed, together, since, until, folder FROM folders
  UNION ALL SELECT birth, together, since, until, folder FROM folders
),
network AS MATERIALIZED (
  SELECT process, first_seen, last_seen, usage_at, _cite AS cite FROM ios_data_usage
),
-- The processes that the chain makes use the network though no person did anything.
processes(name) AS (
  VALUES ('BackupAgent'), ('nehelper'), ('com.apple.WebKit.WebContent'),
         ('powerd/com.apple.datausage.diagnostics'), ('lockdownd/com.apple.datausage.security')
),
network_moments(at, process, cite) AS (
  SELECT first_seen, process, cite FROM network
  UNION SELECT last_seen, process, cite FROM network
  UNION SELECT usage_at, process, cite FROM network
  UNION SELECT date, process, _cite FROM ios_os_analytics_ad_daily
),
-- Everything in one list. `spoiled` events are no traces: they rule out the windows they lie in.
events(at, class, what, cite) AS (
  SELECT micros(modified), 'file', name || ' was written', cite FROM preference_files
  UNION ALL SELECT micros(changed), 'file', name || ' was written', cite FROM preference_files
  UNION ALL SELECT micros(birth), 'file', name || ' was created', cite FROM preference_files
  UNION ALL SELECT micros(at), 'net', process || ' used the network', cite
            FROM network_moments WHERE process IN (SELECT name FROM processes)
  UNION ALL SELECT micros(location_time_stopped), 'location', 'a location client stopped', _cite
            FROM ios_locationd_clients
            WHERE client GLOB '*/System/Library/LocationBundles/IonosphereHarvest.bundle*'
               OR client GLOB '*/System/Library/LocationBundles/WRMLinkSelection.bundle*'
  UNION ALL SELECT at, iif(together AND at BETWEEN since AND until, 'sms', 'spoiled'),
                   'an attachment folder was changed and holds nothing', cite
            FROM folder_moments
  UNION ALL SELECT modified, 'spoiled', NULL, NULL FROM attachments WHERE folder IS NULL
  UNION ALL SELECT changed, 'spoiled', NULL, NULL FROM attachments WHERE folder IS NULL
  UNION ALL SELECT birth, 'spoiled', NULL, NULL FROM attachments WHERE folder IS NULL
),
windows AS (
  SELECT at, class, what, cite, last_value(at) OVER five_minutes AS last_at,
         (count(*) FILTER (WHERE class = 'file') OVER five_minutes > 0)
           + (count(*) FILTER (WHERE class = 'net') OVER five_minutes > 0)
           + (count(*) FILTER (WHERE class = 'location') OVER five_minutes > 0)
           + (count(*) FILTER (WHERE class = 'sms') OVER five_minutes > 0) AS classes,
         count(*) FILTER (WHERE class = 'spoiled') OVER five_minutes AS spoilers
  FROM events WHERE at IS NOT NULL
  WINDOW five_minutes AS (ORDER BY at RANGE BETWEEN CURRENT ROW AND 300000000 FOLLOWING)
),
-- Overlapping windows become one cluster: an event belongs to it while a window that began before
-- still reaches it, and opens a new one when no earlier window does.
reached AS (
  SELECT at, class, what, cite,
         max(iif(classes >= 2 AND spoilers = 0, last_at, NULL))
           OVER (ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reach,
         max(iif(classes >= 2 AND spoilers = 0, last_at, NULL))
           OVER (ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier_reach
  FROM windows
),
clustered AS (
  SELECT at, class, what, cite,
         max(iif(at > coalesce(earlier_reach, -1), at, NULL))
           OVER (ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cluster
  FROM reached WHERE at <= reach
),
-- The list of citations is bounded; three moments of a file share one citation.
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY cluster ORDER BY at, cite) AS number FROM clustered
)
SELECT strftime('%Y-%m-%dT%H:%M:%S', cluster / 1000000, 'unixepoch')
         || printf('.%06dZ', cluster % 1000000) AS at,
       printf('Within %d s: %s', (max(at) - cluster + 999999) / 1000000,
              replace(group_concat(DISTINCT what), ',', '; ')) AS summary,
       group_concat(cite, char(10)) FILTER (WHERE number <= 300) AS cite,
       count(DISTINCT cite) AS cited,
       iif(count(*) FILTER (WHERE class IN ('net', 'sms')
                               OR (class = 'file' AND what NOT LIKE '%StatusBarIconManager%')) = 0,
           'note', 'attempt') AS kind
FROM numbered
GROUP BY cluster
ORDER BY cluster;
