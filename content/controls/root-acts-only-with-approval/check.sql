-- A use that nobody approved fails whatever else was read. That there was none shows only where the log has no gap.
WITH covered AS (
  SELECT DISTINCT account FROM log_periods WHERE days_since(since) >= 90 AND days_since(until) <= 1),
used AS (
  SELECT account, count(*) AS times, max(time || '  ' || event) AS last FROM root_activity
  WHERE approved_by IS NULL AND days_since(time) <= 90 GROUP BY account)
SELECT r.uid AS resource,
       CASE WHEN u.account IS NOT NULL THEN 'fail'
            WHEN c.account IS NOT NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'no use that nobody approved' AS expected,
       CASE WHEN u.account IS NOT NULL THEN u.times || iif(u.times = 1, ' use', ' uses') || ' without an approval; the last ' || u.last
            WHEN c.account IS NOT NULL THEN 'none in 90 days'
            ELSE 'the log of the last 90 days was not read without a gap' END AS value
FROM reeve_account_root r LEFT JOIN covered c ON c.account = r.account LEFT JOIN used u ON u.account = r.account
