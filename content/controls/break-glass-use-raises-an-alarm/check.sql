-- Which roles are marked, and for whom, is as in break-glass-role-needs-mfa. A filter on the log group of an organization trail
-- serves every account. A rule or filter counts if the role's whole name stands in it and, where it picks events by name, it picks
-- one that a role is taken on with; one that says what it does not match cannot be judged. Rules elsewhere do not hear global
-- events. That there is none shows only where the Region of global events was asked for rules and filters.
WITH marked AS MATERIALIZED (
  SELECT r.uid, r.account, '*[/"*?%= ]' || r.name || '[/"*%) ]*' AS named, coalesce(iif(json_valid(r.trust_policy), EXISTS (
      SELECT 1 FROM json_tree(r.trust_policy, '$.Statement') s WHERE s.type = 'object'
      AND json_extract(s.value, '$.Effect') = 'Allow' AND (json_type(s.value, '$.Principal.AWS') IS NOT NULL
      OR json_extract(s.value, '$.Principal') = '*' OR json_type(s.value, '$.NotPrincipal') IS NOT NULL)), NULL), 1) AS for_people
  FROM aws_iam_role r
  WHERE r.name LIKE '%break%glass%' OR r.name LIKE '%emergency%'
         OR ((r.tags LIKE '%glass%' OR r.tags LIKE '%emergency%') AND EXISTS (SELECT 1 FROM json_each(r.tags) t
             WHERE lower(replace(replace(replace(t.value, '-', ''), '_', ''), ' ', ''))
                 IN ('breakglass', 'emergency', 'emergencyaccess')))),
rules AS (
  SELECT e.account, e.pattern, json_array_length(e.targets) AS targets, json_extract(e.unknown, '$.targets') AS unread,
      CASE WHEN NOT json_valid(e.pattern) OR instr(e.pattern, '"anything-but"') > 0 THEN NULL
           WHEN instr(e.pattern, '"eventName"') = 0 THEN 1
           WHEN EXISTS (SELECT 1 FROM json_tree(e.pattern) n WHERE n.path LIKE '%.eventName' AND n.atom IN ('AssumeRole',
               'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'SwitchRole', 'ConsoleLogin')) THEN 1
           WHEN EXISTS (SELECT 1 FROM json_tree(e.pattern) n WHERE n.path LIKE '%.eventName' AND n.type = 'object') THEN NULL
           ELSE 0 END AS hears
  FROM aws_events_rule e
  WHERE e.account IN (SELECT account FROM marked WHERE for_people)
    AND e.state IN ('ENABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')
    AND e.region IN ('us-east-1', 'us-gov-west-1', 'cn-north-1')),
filters AS (
  SELECT f.account, f.pattern,
      CASE WHEN instr(f.pattern, '!=') > 0 OR instr(' ' || f.pattern, ' -') > 0 THEN NULL
           WHEN instr(f.pattern, 'eventName') = 0 THEN 1
           ELSE f.pattern GLOB '*AssumeRole*' OR f.pattern GLOB '*SwitchRole*' OR f.pattern GLOB '*ConsoleLogin*' END AS hears,
      EXISTS (SELECT 1 FROM aws_cloudtrail_trail t WHERE t.organization_trail = 1
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
         EXISTS (SELECT 1 FROM rules r WHERE r.account = m.account AND r.targets > 0 AND r.hears = 1
             AND r.pattern GLOB m.named) AS rule,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = m.account AND r.unread IS NOT NULL AND r.hears IS NOT 0
             AND r.pattern GLOB m.named) AS unread,
         EXISTS (SELECT 1 FROM filters f WHERE (f.account = m.account OR f.for_all) AND f.hears = 1
             AND ' ' || f.pattern || ' ' GLOB m.named) AS filter,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = m.account AND r.targets > 0 AND r.hears IS NULL
             AND r.pattern GLOB m.named)
         OR EXISTS (SELECT 1 FROM filters f WHERE (f.account = m.account OR f.for_all) AND f.hears IS NULL
             AND ' ' || f.pattern || ' ' GLOB m.named) AS vague,
         coalesce(d.operations, 0) AS answered
  FROM marked m LEFT JOIN answers d ON d.account = m.account WHERE m.for_people)
SELECT uid AS resource,
       CASE WHEN rule OR filter THEN 'pass'
            WHEN answered = 2 AND NOT unread AND NOT vague THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Properties.RoleName' AS path,
       'a rule with a target, or a metric filter with an alarm, that names the role' AS expected,
       CASE WHEN rule THEN 'a rule' WHEN filter THEN 'a metric filter with an alarm'
            WHEN unread THEN 'events:ListTargetsByRule was not read'
            WHEN vague THEN 'what names the role does so by what it does not match'
            WHEN answered = 2 THEN 'neither' ELSE 'events:ListRules or logs:DescribeMetricFilters was not read' END AS value
FROM seen
UNION ALL SELECT uid, 'not_applicable', NULL, NULL, NULL FROM marked WHERE NOT for_people
