-- Organizations writes its events in the Region of global events alone, so a rule elsewhere hears nothing.
WITH rules AS (
  SELECT e.account, json_extract(e.unknown, '$.targets') AS unread, EXISTS (SELECT 1 FROM json_each(e.targets) t
      WHERE (json_extract(t.value, '$.Arn') LIKE 'arn:%:lambda:%:function:%'
      OR json_extract(t.value, '$.Arn') LIKE 'arn:%:states:%:stateMachine:%'
      OR json_extract(t.value, '$.Arn') LIKE 'arn:%:ssm:%:automation-definition/%')) AS machine
  FROM aws_events_rule e
  WHERE e.state LIKE 'ENABLED%' AND e.region IN ('us-east-1', 'us-gov-west-1', 'cn-northwest-1')
    AND (EXISTS (SELECT 1 FROM json_each(e.pattern, '$.source') s WHERE s.value = 'aws.organizations')
      OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.eventSource') s WHERE s.value = 'organizations.amazonaws.com'))),
answers AS (
  SELECT DISTINCT account FROM reads
  WHERE status = 'ok' AND region IN ('us-east-1', 'us-gov-west-1', 'cn-northwest-1') AND operation = 'events:ListRules'),
seen AS (
  SELECT o.uid, a.account IS NOT NULL AS asked,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = o.management_account AND r.machine) AS machine,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = o.management_account AND r.unread IS NOT NULL) AS unread
  FROM reeve_organization o LEFT JOIN answers a ON a.account = o.management_account)
SELECT uid AS resource,
       CASE WHEN machine THEN 'pass'
            WHEN unread OR NOT asked THEN 'unknown'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'a rule on aws.organizations whose target is a function, state machine or automation' AS expected,
       CASE WHEN machine THEN 'such a rule' WHEN unread THEN 'events:ListTargetsByRule was not read' WHEN asked THEN 'none'
            ELSE 'events:ListRules was not read in the management account' END AS value
FROM seen
