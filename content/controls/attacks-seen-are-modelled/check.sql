-- An alert that nobody has looked at, or that told of something harmless, says nothing about the model.
WITH seen AS (
  SELECT DISTINCT t.value AS technique FROM alerts a, json_each(a.techniques) t WHERE a.outcome = 'true' AND days_since(a.time) <= 90),
modelled AS (
  SELECT DISTINCT t.value AS technique FROM threats h, json_each(h.techniques) t WHERE h.state <> 'gone'),
counted AS (
  SELECT (SELECT count(*) FROM seen) AS techniques, count(*) AS missing, min(technique) AS first
  FROM seen WHERE technique NOT IN (SELECT technique FROM modelled)),
covered AS (
  SELECT min(days_since(since)) AS reaches FROM log_periods WHERE days_since(until) <= 1)
SELECT o.uid AS resource,
       CASE WHEN c.missing > 0 THEN 'fail'
            WHEN coalesce(v.reaches, 0) < 90 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'each technique in a model' AS expected,
       CASE WHEN c.missing > 0 THEN c.missing || ' of ' || c.techniques || ' in none, such as ' || c.first
            WHEN coalesce(v.reaches, 0) < 90 THEN 'the logs of the last 90 days were not all read'
            ELSE c.techniques || ' of ' || c.techniques END AS value
FROM reeve_organization o CROSS JOIN counted c CROSS JOIN covered v
