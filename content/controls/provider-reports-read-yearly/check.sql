-- That nobody did shows only where a year of some account's log was read without a gap.
WITH fetched AS (
  SELECT count(*) AS times, max(time) AS last FROM provider_reports WHERE days_since(time) <= 365),
covered AS (
  SELECT max(days_since(since)) AS reaches FROM log_periods WHERE days_since(until) <= 1)
SELECT o.uid AS resource,
       CASE WHEN f.times > 0 THEN 'pass'
            WHEN v.reaches >= 365 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a report fetched within twelve months' AS expected,
       CASE WHEN f.times > 0 THEN 'the last ' || f.last
            WHEN v.reaches >= 365 THEN 'none in a year'
            ELSE 'the log of the last year was not read' END AS value
FROM reeve_organization o CROSS JOIN fetched f CROSS JOIN covered v
