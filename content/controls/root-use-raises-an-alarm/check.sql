-- A rule counts with a target, a metric filter with an alarm that acts. A filter on the log group of an organization trail
-- serves every account. Root's events are global: rules of other Regions do not hear them. One that asks for another source or
-- another event than signing in hears nothing of it; one with further conditions may or may not, which is nothing known.
-- Nothing found counts as nothing there only if the Region of global events was asked for rules and filters.
WITH rules AS (
  SELECT e.account, e.targets, json_extract(e.unknown, '$.targets') AS unread_targets,
    CASE WHEN EXISTS (SELECT 1 FROM json_each(e.pattern) k WHERE k.key NOT IN ('source', 'detail-type', 'detail'))
           OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail') k WHERE k.key NOT IN ('userIdentity', 'eventName'))
           OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.userIdentity') k WHERE k.key <> 'type')
           OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.source') k WHERE k.type = 'object')
           OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$."detail-type"') k WHERE k.type = 'object')
           OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.eventName') k WHERE k.type = 'object') THEN NULL
         ELSE (json_extract(e.pattern, '$.source') IS NULL
               OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.source') k WHERE k.value = 'aws.signin'))
          AND (json_extract(e.pattern, '$."detail-type"') IS NULL OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$."detail-type"') k
                WHERE k.value IN ('AWS Console Sign In via CloudTrail', 'AWS API Call via CloudTrail')))
          AND (json_extract(e.pattern, '$.detail.eventName') IS NULL
               OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.eventName') k WHERE k.value = 'ConsoleLogin')) END AS hears
  FROM aws_events_rule e
  WHERE e.state IN ('ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')
    AND e.region IN ('us-east-1', 'us-gov-west-1', 'cn-north-1')
    AND EXISTS (SELECT 1 FROM json_each(e.pattern, '$.detail.userIdentity.type') t WHERE t.value = 'Root')),
filters AS (
  SELECT f.account, replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(f.pattern), ' ', ''),
      '{', ''), '}', ''), '(', ''), ')', ''), '$.useridentity.type="root"', ''), '$.useridentity.invokedbynotexists', ''),
      '$.eventtype!="awsserviceevent"', ''), '&&', '') IN ('', '$.eventname="consolelogin"') AS plain, EXISTS (SELECT 1 FROM aws_cloudtrail_trail t WHERE t.organization_trail = 1
      AND t.log_group LIKE '%:log-group:' || f.log_group || ':%') AS for_all
  FROM aws_logs_metricfilter f JOIN aws_cloudwatch_alarm a ON a.account = f.account AND a.region = f.region
      AND a.metric = f.metric AND a.namespace = f.namespace
  WHERE replace(lower(f.pattern), ' ', '') LIKE '%$.useridentity.type="root"%' AND a.actions_enabled = 1
      AND json_array_length(a.actions) > 0),
answers AS (
  SELECT account, count(DISTINCT operation) AS operations FROM reads
  WHERE status = 'ok' AND region IN ('us-east-1', 'us-gov-west-1', 'cn-north-1') AND operation IN ('events:ListRules',
      'logs:DescribeMetricFilters')
  GROUP BY account),
seen AS (
  SELECT s.uid,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = s.account AND json_array_length(r.targets) > 0 AND r.hears = 1) AS rule,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = s.account AND r.unread_targets IS NOT NULL AND r.hears IS NOT 0) AS unread,
         EXISTS (SELECT 1 FROM filters f WHERE (f.account = s.account OR f.for_all) AND f.plain) AS filter,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = s.account AND json_array_length(r.targets) > 0 AND r.hears IS NULL)
         OR EXISTS (SELECT 1 FROM filters f WHERE (f.account = s.account OR f.for_all) AND NOT f.plain) AS vague,
         coalesce(d.operations, 0) AS answered
  FROM reeve_account_settings s LEFT JOIN answers d ON d.account = s.account)
SELECT uid AS resource,
       CASE WHEN rule OR filter THEN 'pass'
            WHEN answered = 2 AND NOT unread AND NOT vague THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a rule with a target, or a metric filter with an alarm' AS expected,
       CASE WHEN rule THEN 'a rule' WHEN filter THEN 'a metric filter with an alarm'
           WHEN unread THEN 'events:ListTargetsByRule was not read'
           WHEN vague THEN 'what names the root user has further conditions'
            WHEN answered = 2 THEN 'neither' ELSE 'events:ListRules or logs:DescribeMetricFilters was not read' END AS value
FROM seen
