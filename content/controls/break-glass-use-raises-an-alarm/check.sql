-- Which roles are marked, and for whom, is as in break-glass-role-needs-mfa. A filter on the log group of an organization trail
-- serves every account. That there is none shows only where the Region of global events was asked for rules and filters.
WITH marked AS (
  SELECT r.uid, r.account, r.name AS role_name, coalesce(r.trust_policy LIKE '%"AWS"%', 1) AS for_people
  FROM aws_iam_role r
  WHERE r.name LIKE '%break%glass%' OR r.name LIKE '%emergency%'
         OR ((r.tags LIKE '%glass%' OR r.tags LIKE '%emergency%') AND EXISTS (SELECT 1 FROM json_each(r.tags) t
             WHERE lower(replace(replace(replace(t.value, '-', ''), '_', ''), ' ', ''))
                 IN ('breakglass', 'emergency', 'emergencyaccess')))),
rules AS (
  SELECT e.account, e.pattern, json_array_length(e.targets) AS targets, json_extract(e.unknown, '$.targets') AS unread
  FROM aws_events_rule e
  WHERE e.state IN ('ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')),
filters AS (
  SELECT f.account, f.pattern, EXISTS (SELECT 1 FROM aws_cloudtrail_trail t WHERE t.organization_trail = 1
      AND t.log_group LIKE '%:log-group:' || f.log_group || ':%') AS for_all
  FROM aws_logs_metricfilter f JOIN aws_cloudwatch_alarm a ON a.account = f.account AND a.region = f.region
      AND a.metric = f.metric AND a.namespace = f.namespace
  WHERE a.actions_enabled = 1 AND json_array_length(a.actions) > 0),
answers AS (
  SELECT account, count(DISTINCT operation) AS operations FROM reads
  WHERE status = 'ok' AND region IN ('us-east-1', 'us-gov-west-1', 'cn-north-1') AND operation IN ('events:ListRules',
      'logs:DescribeMetricFilters')
  GROUP BY account),
seen AS (
  SELECT m.uid,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = m.account AND r.targets > 0 AND instr(r.pattern,
             m.role_name) > 0) AS rule,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = m.account AND r.unread IS NOT NULL AND instr(r.pattern,
             m.role_name) > 0) AS unread,
         EXISTS (SELECT 1 FROM filters f WHERE (f.account = m.account OR f.for_all) AND instr(f.pattern,
             m.role_name) > 0) AS filter,
         coalesce(d.operations, 0) AS answered
  FROM marked m LEFT JOIN answers d ON d.account = m.account WHERE m.for_people)
SELECT uid AS resource,
       CASE WHEN rule OR filter THEN 'pass'
            WHEN answered = 2 AND NOT unread THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Properties.RoleName' AS path,
       'a rule with a target, or a metric filter with an alarm, that names the role' AS expected,
       CASE WHEN rule THEN 'a rule' WHEN filter THEN 'a metric filter with an alarm'
            WHEN unread THEN 'events:ListTargetsByRule was not read'
            WHEN answered = 2 THEN 'neither' ELSE 'events:ListRules or logs:DescribeMetricFilters was not read' END AS value
FROM seen
UNION ALL SELECT uid, 'not_applicable', NULL, NULL, NULL FROM marked WHERE NOT for_people
