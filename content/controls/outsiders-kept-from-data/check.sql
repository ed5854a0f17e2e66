-- Resource control policies never protect the management account, and an account outside an organization has none.
WITH asked(action, service, resource) AS (VALUES ('s3:GetObject', ':s3:::', '*/*'), ('kms:Decrypt', ':kms:*:', ':key/*'),
    ('secretsmanager:GetSecretValue', ':secretsmanager:*:', ':secret:*'), ('sqs:ReceiveMessage', ':sqs:*:', ':*')),
outside AS (SELECT DISTINCT account FROM reads WHERE operation = 'organizations:DescribeOrganization' AND status = 'absent'),
told AS (
  SELECT s.uid, a.management, x.account IS NOT NULL AS standalone, q.action,
         rcp_denies(s.account, q.action, 'arn:' || coalesce(a.partition, 'aws') || q.service ||
             iif(q.action = 's3:GetObject', '', s.account) || q.resource) AS denied
  FROM reeve_account_settings s CROSS JOIN asked q LEFT JOIN accounts a ON a.account = s.account
      LEFT JOIN outside x ON x.account = s.account),
answers AS (
  SELECT uid, management, standalone, sum(denied IS NULL) AS unread, group_concat(iif(denied = 0, action, NULL), ', ') AS allowed
  FROM told GROUP BY uid)
SELECT uid AS resource,
       CASE WHEN standalone OR management = 1 THEN 'not_applicable'
            WHEN management IS NULL THEN 'unknown'
            WHEN allowed IS NOT NULL THEN 'fail'
            WHEN unread = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a resource control policy that denies strangers' AS expected,
       CASE WHEN management IS NULL THEN 'organizations:ListAccounts was not read'
            WHEN allowed IS NOT NULL THEN 'strangers are not denied ' || allowed
            WHEN unread > 0 THEN 'the policies above the account were not all read'
            ELSE 'denied' END AS value
FROM answers
