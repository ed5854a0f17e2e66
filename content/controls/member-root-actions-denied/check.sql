WITH asked(actions, principal) AS (VALUES (
'ec2:RunInstances iam:CreateUser s3:GetObject kms:Decrypt',
'root'))
SELECT s.uid AS resource, scp_verdict(s.account, q.actions, q.principal) AS verdict, NULL AS path,
       'a service control policy that denies it to the root user' AS expected,
       scp_value(s.account, q.actions, q.principal) AS value
FROM reeve_account_settings s CROSS JOIN asked q
