-- An action that stands on no list because there is none of that name stands for the rest: a policy that denies a list of actions is none.
WITH asked(actions, principal) AS (VALUES (
'ec2:RunInstances iam:CreateUser s3:GetObject kms:Decrypt
  service-on-no-list:AnyAction',
'root'))
SELECT s.uid AS resource, scp_verdict(s.account, q.actions, q.principal) AS verdict, NULL AS path,
       'a service control policy that denies it to the root user' AS expected,
       replace(scp_value(s.account, q.actions, q.principal), 'service-on-no-list:AnyAction', 'what no policy names') AS value
FROM reeve_account_settings s CROSS JOIN asked q
