-- Organizations writes its events in the Region of global events alone, so a rule elsewhere hears nothing. A rule that
-- picks events by name must pick one that takes a guardrail away.
WITH rules AS (
  SELECT e.account, json_extract(e.unknown, '$.targets') AS unread, EXISTS (SELECT 1 FROM json_each(e.targets) t
      WHERE (json_extract(t.value, '$.Arn') LIKE 'arn:%:lambda:%:function:%'
      OR json_extract(t.value, '$.Arn') LIKE 'arn:%:states:%:stateMachine:%'
      OR json_extract(t.value, '$.Arn') LIKE 'arn:%:ssm:%:automation-definition/%')) AS machine,
      CASE WHEN json_type(e.pattern, '$.detail.eventName') IS NULL THEN 1
           WHEN EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.eventName') n
               WHERE n.value IN ('AttachPolicy', 'DetachPolicy', 'UpdatePolicy', 'DeletePolicy', 'DisablePolicyType')) THEN 1
           WHEN EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.eventName') n WHERE n.type = 'object') THEN NULL
           ELSE 0 END AS hears
  FROM aws_events_rule e
  WHERE e.state LIKE 'ENABLED%' AND e.region IN ('us-east-1', 'us-gov-west-1', 'cn-northwest-1')
    AND (EXISTS (SELECT 1 FROM json_each(e.pattern, '$.source') s WHERE s.value = 'aws.organizations')
      OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.eventSource') s WHERE s.value = 'organizations.amazonaws.com'))
    AND (json_type(e.pattern, '$."detail-type"') IS NULL
      OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$."detail-type"') d WHERE CASE d.type
        WHEN 'object' THEN coalesce(instr('AWS API Call via CloudTrail', json_extract(d.value, '$.prefix')) = 1,
            'AWS API Call via CloudTrail' GLOB json_extract(d.value, '$.wildcard'))
        ELSE d.value = 'AWS API Call via CloudTrail' END))),
answers AS (
  SELECT DISTINCT account FROM reads
  WHERE status = 'ok' AND region IN ('us-east-1', 'us-gov-west-1', 'cn-northwest-1') AND operation = 'events:ListRules'),
seen AS (
  SELECT o.uid, a.account IS NOT NULL AS asked,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = o.management_account AND r.machine AND r.hears = 1) AS machine,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = o.management_account AND r.machine AND r.hears IS NULL) AS vague,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = o.management_account AND r.unread IS NOT NULL
             AND r.hears IS NOT 0) AS unread
  FROM reeve_organization o LEFT JOIN answers a ON a.account = o.management_account)
SELECT uid AS resource,
       CASE WHEN machine THEN 'pass'
            WHEN unread OR vague OR NOT asked THEN 'unknown'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'a rule on aws.organizations whose target is a function, state machine or automation' AS expected,
       CASE WHEN machine THEN 'such a rule' WHEN unread THEN 'events:ListTargetsByRule was not read' 
            WHEN vague THEN 'which events such a rule hears cannot be told' WHEN asked THEN 'none'
            ELSE 'events:ListRules was not read in the management account' END AS value
FROM seen
