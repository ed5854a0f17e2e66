-- The management account and delegated administrators can take a session; it is their logs that tell.
WITH callers AS (
  SELECT management_account AS account FROM reeve_organization WHERE management_account IS NOT NULL
  UNION SELECT j.value FROM reeve_organization o, json_each(o.delegated_administrators) j),
covered AS (SELECT DISTINCT account FROM log_periods WHERE days_since(since) >= 90 AND days_since(until) <= 1),
gaps AS (SELECT count(*) AS n, min(account) AS first FROM callers WHERE account NOT IN (SELECT account FROM covered)),
taken AS (
  SELECT count(*) AS n, max(time || '  ' || principal || ' into ' || target) AS last FROM assume_root_sessions
  WHERE approved_by IS NULL AND days_since(time) <= 90)
SELECT o.uid AS resource,
       CASE WHEN t.n > 0 THEN 'fail'
            WHEN o.management_account IS NULL OR o.delegated_administrators IS NULL OR g.n > 0 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'no session that nobody approved' AS expected,
       CASE WHEN t.n > 0 THEN t.n || iif(t.n = 1, ' session', ' sessions') || ' without an approval; the last ' || t.last
            WHEN g.n > 0 THEN 'the log of ' || g.first || ' was not read without a gap for 90 days'
            WHEN o.management_account IS NULL OR o.delegated_administrators IS NULL THEN 'who can take a session is not known'
            ELSE 'none in 90 days' END AS value
FROM reeve_organization o CROSS JOIN gaps g CROSS JOIN taken t
