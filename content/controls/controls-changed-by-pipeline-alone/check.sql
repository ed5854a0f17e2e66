WITH covered AS (SELECT DISTINCT account FROM log_periods WHERE days_since(since) >= 30 AND days_since(until) <= 1),
by_hand AS (
  SELECT account, count(*) AS times, max(time || '  ' || event || ' by ' || principal) AS last FROM control_changes
  WHERE origin <> 'pipeline' AND approved_by IS NULL AND days_since(time) <= 30 GROUP BY account)
SELECT s.uid AS resource,
       CASE WHEN h.account IS NOT NULL THEN 'fail'
            WHEN c.account IS NOT NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'changes by pipelines alone' AS expected,
       CASE WHEN h.account IS NOT NULL THEN h.times || iif(h.times = 1, ' change', ' changes') || ' by hand; the last ' || h.last
            WHEN c.account IS NOT NULL THEN 'none by hand in 30 days'
            ELSE 'the log of the last 30 days was not read without a gap' END AS value
FROM reeve_account_settings s LEFT JOIN covered c ON c.account = s.account LEFT JOIN by_hand h ON h.account = s.account
