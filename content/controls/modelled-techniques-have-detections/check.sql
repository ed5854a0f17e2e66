-- A detection of a technique sees its sub-techniques; one of a sub-technique does not see its siblings.
WITH wanted AS (
  SELECT DISTINCT j.value AS technique FROM threats t, json_each(t.techniques) j WHERE t.state IN ('open', 'mitigated')),
seen AS (SELECT DISTINCT j.value AS technique FROM detections d, json_each(d.techniques) j WHERE d.working),
blind AS (
  SELECT count(*) AS n, min(technique) AS first FROM wanted
  WHERE technique NOT IN (SELECT technique FROM seen) AND substr(technique, 1, 5) NOT IN (SELECT technique FROM seen))
SELECT o.uid AS resource,
       CASE WHEN b.n > 0 THEN 'fail'
            WHEN EXISTS (SELECT 1 FROM wanted) THEN 'pass'
            ELSE 'not_applicable' END AS verdict,
       NULL AS path,
       'a working detection for each technique' AS expected,
       CASE WHEN b.n > 0 THEN b.n || iif(b.n = 1, ' technique', ' techniques') || ' without one, such as ' || b.first
            ELSE (SELECT count(*) FROM wanted) || ' techniques' END AS value
FROM reeve_organization o CROSS JOIN blind b
