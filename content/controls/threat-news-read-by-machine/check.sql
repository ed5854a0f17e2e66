WITH wanted(kind) AS (VALUES ('bulletins'), ('exploited'), ('likelihood'), ('vulnerabilities')),
stale AS (
  SELECT count(*) AS n, group_concat(kind, ', ') AS kinds FROM (
    SELECT w.kind FROM wanted w WHERE NOT EXISTS (
      SELECT 1 FROM feeds f WHERE f.kind = w.kind AND julianday(as_of()) - julianday(f.polled) <= 1) ORDER BY w.kind))
SELECT o.uid AS resource,
       CASE WHEN s.n > 0 THEN 'fail' ELSE 'pass' END AS verdict,
       NULL AS path,
       'each kind of news polled within a day' AS expected,
       CASE WHEN s.n > 0 THEN s.kinds || ' not polled within a day' ELSE 'all within a day' END AS value
FROM reeve_organization o CROSS JOIN stale s
