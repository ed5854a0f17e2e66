-- A rule hears what its pattern lets through: by source, by the beginning of it, or by the kind of event alone.
-- With the organizational view on, the management account and a delegated administrator get the events of every account. A rule
-- may be narrower than all of AWS Health; what it leaves out is not judged. That there is none shows only where every Region of
-- the account was asked.
WITH rules AS (
  SELECT e.account, coalesce(json_array_length(e.targets), 0) AS targets, json_extract(e.unknown, '$.targets') AS unread
  FROM aws_events_rule e
  WHERE e.state LIKE 'ENABLED%'
    AND (EXISTS (SELECT 1 FROM json_each(e.pattern, '$.source') s WHERE CASE s.type
      WHEN 'object' THEN coalesce(instr('aws.health',
          json_extract(s.value, '$.prefix')) = 1, 'aws.health' GLOB json_extract(s.value, '$.wildcard'))
      ELSE s.value = 'aws.health' END)
      OR (e.pattern IS NOT NULL AND json_type(e.pattern, '$.source') IS NULL
          AND (coalesce(json_type(e.pattern, '$."detail-type"'), json_type(e.pattern, '$.detail')) IS NULL
        OR EXISTS (SELECT 1 FROM json_each(e.pattern, '$."detail-type"') d WHERE d.value = 'AWS Health Event'))))),
overseers AS (
  SELECT o.management_account AS account FROM reeve_organization o
  WHERE EXISTS (SELECT 1 FROM json_each(o.trusted_services) t WHERE t.value = 'health.amazonaws.com')
  UNION SELECT m.id FROM aws_organizations_account m, json_each(m.delegated_services) d WHERE d.value = 'health.amazonaws.com'),
for_all AS (SELECT count(*) AS rules FROM rules r JOIN overseers o ON o.account = r.account WHERE r.targets > 0),
answers AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'events:ListRules' AND status = 'ok'),
asked AS (
  SELECT g.account, count(*) AS areas, min(iif(d.account IS NULL, g.region, NULL)) AS missing
  FROM regions g LEFT JOIN answers d ON d.account = g.account AND d.region = g.region
  WHERE g.region <> 'global' GROUP BY g.account),
seen AS (
  SELECT s.uid, f.rules AS for_all, coalesce(a.areas, 0) AS areas, a.missing,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = s.account AND r.targets > 0) AS own,
         EXISTS (SELECT 1 FROM rules r WHERE r.account = s.account AND r.unread IS NOT NULL) AS unread
  FROM reeve_account_settings s CROSS JOIN for_all f LEFT JOIN asked a ON a.account = s.account)
SELECT uid AS resource,
       CASE WHEN own OR for_all > 0 THEN 'pass'
            WHEN areas = 0 OR missing IS NOT NULL OR unread THEN 'unknown'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'a rule on source aws.health with a target' AS expected,
       CASE WHEN own THEN 'a rule of the account' WHEN for_all > 0
           THEN 'a rule of the account that sees the organization''s health'
            WHEN unread THEN 'events:ListTargetsByRule was not read'
            WHEN areas = 0 OR missing IS NOT NULL THEN 'events:ListRules' || coalesce(' in ' || missing, '') || ' was not read'
            ELSE 'none' END AS value
FROM seen
