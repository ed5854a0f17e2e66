WITH rules AS (
  SELECT e.account, e.targets, json_extract(e.unknown, '$.targets') AS unread_targets
  FROM aws_events_rule e
  WHERE e.state IN ('ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')
    AND EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.userIdentity.type') t WHERE t.value = 'Root')),
answers AS (
  SELECT DISTINCT account FROM reads
  WHERE status = 'ok' AND region IN ('us-east-1', 'us-gov-west-1', 'cn-north-1') AND operation = 'events:ListRules'),
seen AS (
  SELECT s.uid,
         EXISTS (SELECT 1 FROM rules r, json_each(r.targets) t WHERE r.account = s.account
                 AND (json_extract(t.value, '$.Arn') LIKE 'arn:%:lambda:%:function:%'
                     OR json_extract(t.value, '$.Arn') LIKE 'arn:%:states:%:stateMachine:%'
                      OR json_extract(t.value, '$.Arn') LIKE 'arn:%:ssm:%:automation-definition/%')) AS machine,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = s.account AND r.unread_targets IS NOT NULL) AS unread,
         d.account IS NOT NULL AS answered
  FROM reeve_account_settings s LEFT JOIN answers d ON d.account = s.account)
SELECT uid AS resource,
       CASE WHEN machine THEN 'pass'
            WHEN answered AND NOT unread THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a rule on root activity whose target is a function, state machine or automation' AS expected,
       CASE WHEN machine THEN 'such a rule' WHEN unread THEN 'events:ListTargetsByRule was not read' WHEN answered THEN 'none'
           ELSE 'events:ListRules was not read' END AS value
FROM seen
