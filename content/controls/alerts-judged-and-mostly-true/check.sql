-- The last week's alerts may still be on somebody's desk. Where the log of an account was not read, not all alerts are here.
WITH old AS (
  SELECT rule, outcome FROM alerts WHERE days_since(time) BETWEEN 7 AND 90),
members AS (
  SELECT id AS account FROM aws_organizations_account WHERE state = 'ACTIVE' UNION SELECT account FROM log_periods),
logs AS (
  SELECT count(*) AS accounts, count(w.account) AS whole FROM members m LEFT JOIN (
      SELECT DISTINCT account FROM log_periods
      WHERE days_since(since) >= 90 AND days_since(until) <= 1) w ON w.account = m.account),
counted AS (
  SELECT count(*) AS alerts, count(outcome) AS judged, coalesce(sum(outcome = 'true'), 0) AS told FROM old)
SELECT o.uid AS resource,
       CASE WHEN c.alerts > 0 AND c.judged * 10 < c.alerts * 9 THEN 'fail'
            WHEN c.judged > 0 AND c.told * 2 < c.judged THEN 'fail'
            WHEN v.whole = 0 OR v.whole < v.accounts THEN 'unknown'
            WHEN c.alerts = 0 THEN 'not_applicable'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'nine in ten judged, half of them true' AS expected,
       c.alerts || iif(c.alerts = 1, ' alert, ', ' alerts, ') || c.judged || ' judged, ' || c.told || ' true' AS value
FROM reeve_organization o CROSS JOIN counted c CROSS JOIN logs v
