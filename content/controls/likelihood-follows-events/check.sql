-- A month is left for it.
WITH seen AS (
  SELECT j.value AS technique, a.time FROM alerts a, json_each(a.techniques) j
  WHERE a.outcome = 'true' AND days_since(a.time) BETWEEN 30 AND 180),
met AS (
  SELECT t.threat, t.model, t.likelihood_reviewed, max(s.time) AS time
  FROM threats t, json_each(t.techniques) j JOIN seen s ON s.technique = j.value
  WHERE t.state <> 'gone' GROUP BY t.model, t.threat),
stale AS (
  SELECT count(*) AS n, min(threat || ' of ' || model) AS first FROM met
  WHERE likelihood_reviewed IS NULL OR likelihood_reviewed < time)
SELECT o.uid AS resource,
       CASE WHEN s.n > 0 THEN 'fail'
            WHEN EXISTS (SELECT 1 FROM met) THEN 'pass'
            ELSE 'not_applicable' END AS verdict,
       NULL AS path,
       'a likelihood reviewed after the event' AS expected,
       CASE WHEN s.n > 0 THEN s.n || iif(s.n = 1, ' threat', ' threats') || ' not reviewed since, such as ' || s.first
            ELSE (SELECT count(*) FROM met) || ' reviewed' END AS value
FROM reeve_organization o CROSS JOIN stale s
