-- The management account's root user is another matter: nobody can take a session into it.
WITH covered AS (
  SELECT DISTINCT account FROM log_periods WHERE days_since(since) >= 90 AND days_since(until) <= 1),
acted AS (
  SELECT account, count(*) AS times, max(time) AS last FROM root_activity
  WHERE event = 'signin:ConsoleLogin' AND days_since(time) <= 90 GROUP BY account)
SELECT r.uid AS resource,
       CASE WHEN a.management = 1 THEN 'not_applicable'
            WHEN a.management IS NULL THEN 'unknown'
            WHEN u.account IS NOT NULL THEN 'fail'
            WHEN c.account IS NOT NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'no sign-in' AS expected,
       CASE WHEN a.management IS NULL THEN 'whether it is the management account is not known'
            WHEN u.account IS NOT NULL THEN u.times || iif(u.times = 1, ' sign-in', ' sign-ins') || '; the last ' || u.last
            WHEN c.account IS NOT NULL THEN 'none in 90 days'
            ELSE 'the log of the last 90 days was not read without a gap' END AS value
FROM reeve_account_root r LEFT JOIN accounts a ON a.account = r.account LEFT JOIN covered c ON c.account = r.account
LEFT JOIN acted u ON u.account = r.account
