-- Asked of a Region that stands on no list, and of services that somebody unwelcome would use there.
WITH asked(actions, principal, region) AS (VALUES (
'ec2:RunInstances lambda:CreateFunction rds:CreateDBInstance sagemaker:CreateTrainingJob
  ecs:RunTask bedrock:InvokeModel',
'any', 'zz-unlisted-1'))
SELECT s.uid AS resource, scp_verdict(s.account, q.actions, q.principal, q.region) AS verdict, NULL AS path,
       'a service control policy that denies Regions outside a list' AS expected,
       scp_value(s.account, q.actions, q.principal, q.region) AS value
FROM reeve_account_settings s CROSS JOIN asked q
