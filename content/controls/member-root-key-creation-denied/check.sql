-- Service control policies never bind the management account, and an account outside an organization has none.
WITH asked(action) AS (VALUES ('iam:CreateAccessKey')),
outside AS (SELECT DISTINCT account FROM reads WHERE operation = 'organizations:DescribeOrganization' AND status = 'absent'),
answers AS (
  SELECT s.uid, a.management, x.account IS NOT NULL AS standalone,
         min(coalesce(scp_denies(s.account, asked.action, 'root'), 1)) AS least, count(scp_denies(s.account, asked.action,
             'root')) AS known,
         group_concat(iif(scp_denies(s.account, asked.action, 'root') = 0, asked.action, NULL), ', ') AS allowed
  FROM reeve_account_settings s CROSS JOIN asked LEFT JOIN accounts a ON a.account = s.account LEFT
      JOIN outside x ON x.account = s.account
  GROUP BY s.uid)
SELECT uid AS resource,
       CASE WHEN management = 1 THEN 'not_applicable'
            WHEN standalone THEN 'not_applicable'
            WHEN management IS NULL THEN 'unknown'
            WHEN least = 0 THEN 'fail'
            WHEN known = (SELECT count(*) FROM asked) THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a service control policy that denies it to the root user' AS expected,
       CASE WHEN management IS NULL THEN 'organizations:ListAccounts was not read'
            WHEN allowed IS NOT NULL THEN allowed || ' is not denied'
            WHEN known < (SELECT count(*) FROM asked) THEN 'the policies above the account were not all read'
            ELSE 'denied' END AS value
FROM answers
