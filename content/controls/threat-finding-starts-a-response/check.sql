-- Findings of all members arrive at the administrator. That no rule is there shows only where every Region of its was asked.
WITH admins AS (SELECT DISTINCT a.value AS account FROM reeve_region_settings s, json_each(s.guardduty_admins) a),
rules AS (
  SELECT e.account, json_extract(e.unknown, '$.targets') AS unread, EXISTS (SELECT 1 FROM json_each(e.targets) t
      WHERE (json_extract(t.value, '$.Arn') LIKE 'arn:%:lambda:%:function:%'
      OR json_extract(t.value, '$.Arn') LIKE 'arn:%:states:%:stateMachine:%'
      OR json_extract(t.value, '$.Arn') LIKE 'arn:%:ssm:%:automation-definition/%')) AS machine
  FROM aws_events_rule e JOIN admins a ON a.account = e.account
  WHERE e.state LIKE 'ENABLED%'
    AND e.pattern IS NOT NULL
    AND (json_type(e.pattern, '$.source') IS NULL
      OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$.source') s WHERE CASE s.type
        WHEN 'object' THEN coalesce(instr('aws.guardduty',
            json_extract(s.value, '$.prefix')) = 1, 'aws.guardduty' GLOB json_extract(s.value, '$.wildcard'))
        ELSE s.value = 'aws.guardduty' END))
    AND (json_type(e.pattern, '$."detail-type"') IS NULL
      OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$."detail-type"') d WHERE CASE d.type
        WHEN 'object' THEN coalesce(instr('GuardDuty Finding',
            json_extract(d.value, '$.prefix')) = 1, 'GuardDuty Finding' GLOB json_extract(d.value, '$.wildcard'))
        ELSE d.value = 'GuardDuty Finding' END))
    AND (coalesce(json_type(e.pattern, '$.source'), json_type(e.pattern, '$."detail-type"')) IS NOT NULL
      OR json_type(e.pattern, '$.detail') IS NULL)),
answers AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'events:ListRules' AND status = 'ok'),
asked AS (
  SELECT count(*) AS areas, min(iif(d.account IS NULL, g.region, NULL)) AS missing
  FROM admins a JOIN regions g ON g.account = a.account AND g.region <> 'global'
  LEFT JOIN answers d ON d.account = g.account AND d.region = g.region)
SELECT o.uid AS resource,
       CASE WHEN EXISTS (SELECT 1 FROM rules WHERE machine) THEN 'pass'
            WHEN areas = 0 OR missing IS NOT NULL OR EXISTS (SELECT 1 FROM rules WHERE unread IS NOT NULL) THEN 'unknown'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'a rule on aws.guardduty whose target is a function, state machine or automation' AS expected,
       CASE WHEN EXISTS (SELECT 1 FROM rules WHERE machine) THEN 'such a rule'
            WHEN NOT EXISTS (SELECT 1 FROM admins) THEN 'the administrator of GuardDuty was not read'
            WHEN areas = 0 OR missing IS NOT NULL THEN 'events:ListRules' || coalesce(' in ' || missing, '')
                || ' was not read there'
            WHEN EXISTS (SELECT 1 FROM rules WHERE unread IS NOT NULL) THEN 'events:ListTargetsByRule was not read'
                ELSE 'none' END AS value
FROM reeve_organization o CROSS JOIN asked
