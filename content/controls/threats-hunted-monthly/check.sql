WITH last AS (SELECT max(time) AS time FROM hunts WHERE hypothesis IS NOT NULL AND outcome IS NOT NULL)
SELECT o.uid AS resource,
       CASE WHEN days_since(l.time) <= 30 THEN 'pass' ELSE 'fail' END AS verdict,
       NULL AS path,
       'a hunt within 30 days' AS expected,
       coalesce(days_since(l.time) || ' days ago', 'none with a hypothesis and an outcome') AS value
FROM reeve_organization o CROSS JOIN last l
