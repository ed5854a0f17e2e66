WITH planned AS (
  SELECT o.uid, json_extract(c.value, '$.Type') AS kind, json_extract(c.value, '$.Region') AS region, json_extract(c.value, '$.Start') AS start,
         json_extract(c.value, '$.Status') AS status, json_extract(c.value, '$.Actionability') AS asks
  FROM reeve_organization o, json_each(o.planned_changes) c),
open AS (
  SELECT uid, kind, region, start, days_since(start) AS ago FROM planned
  WHERE status IS NOT 'closed' AND asks IS NOT 'INFORMATIONAL'),
counted AS (
  SELECT o.uid, json_extract(o.unknown, '$.planned_changes') AS unread, sum(p.ago >= -30) AS due, sum(p.kind IS NOT NULL AND p.ago IS NULL) AS undated,
         count(p.kind) AS planned, min(iif(p.ago >= -30, p.start || ' ' || p.kind || coalesce(' in ' || p.region, ''), NULL)) AS first
  FROM reeve_organization o LEFT JOIN open p ON p.uid = o.uid GROUP BY o.uid)
SELECT uid AS resource,
       CASE WHEN due > 0 THEN 'fail'
            WHEN unread IS NOT NULL OR undated > 0 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       'Observed.PlannedChanges' AS path,
       'none that is open and due within thirty days' AS expected,
       CASE WHEN due > 0 THEN first
            WHEN unread IS NOT NULL THEN unread
            WHEN undated > 0 THEN 'a planned change without a date'
            ELSE planned || ' further off' END AS value
FROM counted
