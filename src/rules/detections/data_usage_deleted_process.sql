-- id:       ios/data-usage-deleted-process
-- title:    A process was deleted from the record of network use
-- kind:     attempt
-- families: Pegasus
-- sources:  published by Citizen Lab and Amnesty International; the tool MVT reports it, too
-- benign:   a damaged or incompletely copied DataUsage.sqlite; a tool that cleaned the database.
--           Gaps in the numbering of processes are ordinary and are not what is reported here
-- next:     compare with other records of the same days (netusage, power log, crash logs in a
--           sysdiagnose); look at what else happened at these times (timeline)
-- baseline: 0 findings in 2 clean DataUsage databases (897 usage rows, 411 processes)
-- version:  2

-- iOS deletes a process together with its usage. Usage that points to a process which is gone was
-- left behind by somebody who deleted the name only. A process row that is there but lost its name
-- (damage) still has one of its times or its bundle.
SELECT min(usage_at) AS at, max(usage_at) AS until,
       printf('%d usage record%s of process number %d, whose name was deleted%s',
              count(*), iif(count(*) = 1, '', 's'), process_id,
              coalesce(', from ' || min(usage_at)
                       || iif(max(usage_at) > min(usage_at), ' to ' || max(usage_at), ''), '')
       ) AS summary,
       group_concat(_cite, char(10)) AS cite
FROM ios_data_usage
WHERE process_id IS NOT NULL AND usage_id IS NOT NULL
  AND process IS NULL AND bundle IS NULL AND first_seen IS NULL AND last_seen IS NULL
GROUP BY _file, process_id
ORDER BY at, process_id;
