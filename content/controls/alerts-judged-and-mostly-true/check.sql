-- The last week's alerts may still be on somebody's desk.
WITH old AS (
  SELECT rule, outcome FROM alerts WHERE days_since(time) BETWEEN 7 AND 90),
covered AS (
  SELECT max(days_since(since)) AS reaches FROM log_periods WHERE days_since(until) <= 1),
counted AS (
  SELECT count(*) AS alerts, count(outcome) AS judged, coalesce(sum(outcome = 'true'), 0) AS told FROM old)
SELECT o.uid AS resource,
       CASE WHEN c.alerts > 0 AND c.judged * 10 < c.alerts * 9 THEN 'fail'
            WHEN c.judged > 0 AND c.told * 2 < c.judged THEN 'fail'
            WHEN coalesce(v.reaches, 0) < 90 THEN 'unknown'
            WHEN c.alerts = 0 THEN 'not_applicable'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'nine in ten judged, half of them true' AS expected,
       c.alerts || iif(c.alerts = 1, ' alert, ', ' alerts, ') || c.judged || ' judged, ' || c.told || ' true' AS value
FROM reeve_organization o CROSS JOIN counted c CROSS JOIN covered v
