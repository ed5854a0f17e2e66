-- The run that holds at the beginning of the period, all in it, and this one.
WITH runs AS (
  SELECT DISTINCT time FROM control_history WHERE time < as_of() UNION SELECT as_of()),
begun AS (SELECT max(time) AS time FROM runs WHERE julianday(as_of()) - julianday(time) >= 90),
steps AS (
  SELECT julianday(time) - julianday(lag(time) OVER (ORDER BY time)) AS days FROM runs WHERE time >= (SELECT time FROM begun)),
widest AS (SELECT max(days) AS days FROM steps)
SELECT o.uid AS resource,
       CASE WHEN b.time IS NULL THEN 'unknown'
            WHEN w.days > 8 THEN 'fail'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'results of 90 days, at most 8 days apart' AS expected,
       CASE WHEN b.time IS NULL THEN 'the workspace has no results of ninety days yet'
            ELSE 'at most ' || round(w.days, 1) || ' days apart' END AS value
FROM reeve_organization o CROSS JOIN begun b CROSS JOIN widest w
