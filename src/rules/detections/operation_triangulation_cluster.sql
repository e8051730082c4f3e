-- id:       ios/operation-triangulation-cluster
-- title:    Traces as Operation Triangulation leaves them, within minutes
-- kind:     attempt
-- families: Operation Triangulation
-- sources:  Kaspersky, Operation Triangulation, 1 June 2023 (securelist.com, article 109842);
--           the tool KasperskyLab/triangle_check
-- benign:   each trace alone is ordinary, and coincidences happen: the status bar's location file
--           and FaceTime's file are rewritten in daily use, emptied attachment folders remain when
--           messages are deleted. Only traces of two kinds within five minutes are reported; the
--           status bar's file together with a location client is a note, since one daemon writes both
-- next:     ask for a forensic examination of the phone; look for BackupAgent in the record of
--           network use, for an unknown iMessage sender at that time, and at the timeline around it
-- baseline: 0 findings on a real clean iOS 14.3 backup and 2 clean DataUsage databases
-- version:  2

-- The published rule takes every event as the start of a window of five minutes (300,000,000
-- microseconds) and asks whether the window holds traces of two classes and no attachment. Here all
-- windows are looked at, however few or many events there are, and windows that overlap are one
-- finding. The manifest is never scanned: files are looked up by path, attachments by domain.
WITH
-- The three preference files the chain rewrites. The + leaves the path, which is the rarer key.
preference_files AS MATERIALIZED (
  SELECT substr(relative_path, 21) AS name, modified, changed, birth, _cite AS cite
  FROM ios_manifest
  WHERE relative_path IN ('Library/Preferences/com.apple.ImageIO.plist',
                          'Library/Preferences/com.apple.locationd.StatusBarIconManager.plist',
                          'Library/Preferences/com.apple.imservice.ids.FaceTime.plist')
    AND +domain = iif(relative_path LIKE '%ImageIO.plist', 'RootDomain', 'HomeDomain')
),
-- Attachments/ab and Attachments/ab/11 are folders that stay when their attachments are deleted, as
-- the attackers did; a file, or anything deeper, is an attachment that is still there.
folders AS MATERIALIZED (
  SELECT micros(modified) AS modified, micros(changed) AS changed, micros(birth) AS birth,
         _cite AS cite
  FROM ios_manifest
  WHERE domain = 'MediaDomain' AND relative_path GLOB 'Library/SMS/Attachments/*'
    AND relative_path NOT GLOB 'Library/SMS/Attachments/*/*/*' AND kind IS NOT 'file'
),
-- A folder is a trace when its content and its attributes changed together. The two moments may lie
-- on both sides of a window's edge, so each stands for the whole folder. Any other moment of a
-- folder spoils the windows it lies in: something ordinary happened there.
moments(number) AS (VALUES (1), (2), (3)),
folder_moments AS (
  SELECT CASE number WHEN 1 THEN modified WHEN 2 THEN changed ELSE birth END AS at,
         number < 3 OR birth BETWEEN min(modified, changed) - 300000000
                                 AND max(modified, changed) + 300000000 AS near,
         abs(modified - changed) <= 300000000 AS together, cite
  FROM folders CROSS JOIN moments
),
-- The processes that the chain makes use the network though no person did anything.
processes(name) AS (
  VALUES ('BackupAgent'), ('nehelper'), ('com.apple.WebKit.WebContent'),
         ('powerd/com.apple.datausage.diagnostics'), ('lockdownd/com.apple.datausage.security')
),
network AS MATERIALIZED (
  SELECT process, first_seen, last_seen, usage_at, _cite AS cite
  FROM ios_data_usage WHERE process IN (SELECT name FROM processes)
),
network_moments(at, process, cite) AS (
  SELECT first_seen, process, cite FROM network
  UNION SELECT last_seen, process, cite FROM network
  UNION SELECT usage_at, process, cite FROM network
  UNION SELECT date, process, _cite FROM ios_os_analytics_ad_daily
        WHERE process IN (SELECT name FROM processes)
),
traces(at, class, what, cite) AS MATERIALIZED (
  SELECT micros(modified), 'file', name || ' was written', cite FROM preference_files
  UNION ALL SELECT micros(changed), 'file', name || ' was written', cite FROM preference_files
  UNION ALL SELECT micros(birth), 'file', name || ' was created', cite FROM preference_files
  UNION ALL SELECT micros(at), 'net', process || ' used the network', cite FROM network_moments
  UNION ALL SELECT micros(location_time_stopped), 'location', 'a location client stopped', _cite
            FROM ios_locationd_clients
            WHERE client GLOB '*/System/Library/LocationBundles/IonosphereHarvest.bundle*'
               OR client GLOB '*/System/Library/LocationBundles/WRMLinkSelection.bundle*'
  UNION ALL SELECT at, 'sms', 'an attachment folder was changed and holds nothing', cite
            FROM folder_moments WHERE near AND together
),
windows AS MATERIALIZED (
  SELECT at, class, what, cite, last_value(at) OVER five_minutes AS last_at,
         (count(*) FILTER (WHERE class = 'file') OVER five_minutes > 0)
           + (count(*) FILTER (WHERE class = 'net') OVER five_minutes > 0)
           + (count(*) FILTER (WHERE class = 'location') OVER five_minutes > 0)
           + (count(*) FILTER (WHERE class = 'sms') OVER five_minutes > 0) AS classes
  FROM traces WHERE at IS NOT NULL
  WINDOW five_minutes AS (ORDER BY at RANGE BETWEEN CURRENT ROW AND 300000000 FOLLOWING)
),
candidates AS MATERIALIZED (SELECT DISTINCT at FROM windows WHERE classes >= 2),
-- Attachments are only asked for when there is something that they could spoil.
attachments AS MATERIALIZED (
  SELECT micros(modified) AS modified, micros(changed) AS changed, micros(birth) AS birth
  FROM (SELECT 1 FROM candidates LIMIT 1) CROSS JOIN ios_manifest
  WHERE domain = 'MediaDomain' AND relative_path GLOB 'Library/SMS/Attachments/*'
    AND (kind = 'file' OR relative_path GLOB 'Library/SMS/Attachments/*/*/*')
),
spoilers(at) AS (
  SELECT at FROM folder_moments WHERE (near AND together) IS NOT 1
  UNION ALL
  SELECT CASE number WHEN 1 THEN modified WHEN 2 THEN changed ELSE birth END
  FROM attachments CROSS JOIN moments
),
-- Time is cut into spans as long as a window, so a window ends in the span after the one it begins
-- in: the last spoiler of its own span and the first one of the next decide.
spoiled AS MATERIALIZED (
  SELECT at / 300000000 - ahead.column1 AS span,
         max(iif(ahead.column1 = 0, at, NULL)) AS last_within,
         min(iif(ahead.column1 = 1, at, NULL)) AS first_after
  FROM spoilers CROSS JOIN (VALUES (0), (1)) AS ahead
  WHERE at / 300000000 - ahead.column1 IN (SELECT at / 300000000 FROM candidates)
  GROUP BY span
),
judged AS (
  SELECT windows.*,
         iif(classes >= 2 AND coalesce(last_within < at, 1)
               AND coalesce(first_after > at + 300000000, 1), last_at, NULL) AS ends
  FROM windows LEFT JOIN spoiled ON spoiled.span = windows.at / 300000000
),
-- Overlapping windows become one cluster: a trace belongs to it while a window that began before
-- still reaches it, and opens a new one when no earlier window does.
reached AS (
  SELECT at, class, what, cite,
         max(ends) OVER (ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reach,
         max(ends) OVER (ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM judged
),
clustered AS (
  SELECT at, class, what, cite,
         max(iif(at > coalesce(before, -1), at, NULL))
           OVER (ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cluster
  FROM reached WHERE at <= reach
),
-- The list of citations is bounded; three moments of a file share one citation.
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY cluster ORDER BY at, cite) AS number FROM clustered
)
SELECT strftime('%Y-%m-%dT%H:%M:%S', cluster / 1000000, 'unixepoch')
         || printf('.%06dZ', cluster % 1000000) AS at,
       strftime('%Y-%m-%dT%H:%M:%S', max(at) / 1000000, 'unixepoch')
         || printf('.%06dZ', max(at) % 1000000) AS until,
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
