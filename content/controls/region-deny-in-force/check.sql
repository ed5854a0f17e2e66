-- Asked of a Region that stands on no list, of an action that stands on no list because there is none of that name, and of services that
-- somebody unwelcome would use there: a policy that denies a list of actions alone is none, whatever the list.
WITH asked(actions, principal, region) AS (VALUES (
'ec2:RunInstances lambda:CreateFunction rds:CreateDBInstance sagemaker:CreateTrainingJob
  ecs:RunTask bedrock:InvokeModel service-on-no-list:AnyAction',
'any', 'zz-unlisted-1'))
SELECT s.uid AS resource, scp_verdict(s.account, q.actions, q.principal, q.region) AS verdict, NULL AS path,
       'a service control policy that denies Regions outside a list' AS expected,
       replace(scp_value(s.account, q.actions, q.principal, q.region), 'service-on-no-list:AnyAction', 'what no policy names') AS value
FROM reeve_account_settings s CROSS JOIN asked q
