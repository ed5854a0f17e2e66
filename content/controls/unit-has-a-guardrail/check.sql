-- What a policy takes away is asked of the policy itself: one that allows everything binds nothing, whoever wrote it.
WITH RECURSIVE above(unit, node) AS (
  SELECT id, id FROM aws_organizations_organizationalunit
  UNION SELECT a.unit, u.parent FROM above a JOIN aws_organizations_organizationalunit u ON u.id = a.node WHERE u.parent IS NOT NULL),
nodes AS (
  SELECT id AS node, service_control_policies AS policies FROM aws_organizations_organizationalunit
  UNION ALL SELECT root_id, root_service_control_policies FROM reeve_organization WHERE root_id IS NOT NULL),
attached AS (
  SELECT n.node, p.value AS policy FROM nodes n, json_each(n.policies) p
  UNION SELECT t.value, p.id FROM aws_organizations_policy p, json_each(p.targets) t WHERE p.policy_type = 'SERVICE_CONTROL_POLICY'),
judged AS (
  SELECT id, name, iif(id = 'p-FullAWSAccess', 0, policy_restricts(policy_document)) AS restricts FROM aws_organizations_policy
  WHERE policy_type = 'SERVICE_CONTROL_POLICY'),
bound AS (
  SELECT a.unit, min(iif(j.restricts = 1, coalesce(j.name, j.id), NULL)) AS by,
      sum(t.policy <> 'p-FullAWSAccess' AND j.restricts IS NULL) AS unread
  FROM above a JOIN attached t ON t.node = a.node LEFT JOIN judged j ON j.id = t.policy GROUP BY a.unit),
known AS (
  SELECT a.unit, sum(n.policies IS NULL) AS unread, max(a.node LIKE 'r-%') AS to_the_root
  FROM above a LEFT JOIN nodes n ON n.node = a.node GROUP BY a.unit),
seen AS (
  SELECT u.uid, b.by, coalesce(b.unread, 0) + k.unread AS unread, k.to_the_root,
      (SELECT max(o.scp_enabled) FROM reeve_organization o) AS enabled,
      (SELECT count(*) FROM aws_organizations_account m WHERE m.parent = u.id AND m.state = 'ACTIVE') AS accounts,
      (SELECT count(*) FROM aws_organizations_account m WHERE m.parent IS NULL OR m.state IS NULL) AS astray
  FROM aws_organizations_organizationalunit u LEFT JOIN bound b ON b.unit = u.id LEFT JOIN known k ON k.unit = u.id)
SELECT uid AS resource,
       CASE WHEN accounts = 0 AND astray = 0 THEN 'not_applicable'
            WHEN accounts = 0 THEN 'unknown'
            WHEN enabled <> 'ENABLED' THEN 'fail'
            WHEN enabled IS NULL THEN 'unknown'
            WHEN by IS NOT NULL THEN 'pass'
            WHEN to_the_root AND unread = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Observed.ServiceControlPolicies' AS path,
       'a service control policy that takes something away, on the unit or above it' AS expected,
       CASE WHEN accounts = 0 THEN 'no account in it is known'
            WHEN enabled IS NOT 'ENABLED' THEN coalesce('the policy type is ' || enabled, 'organizations:ListRoots was not read')
            WHEN by IS NOT NULL THEN by
            WHEN to_the_root AND unread = 0 THEN 'only policies that allow everything'
            ELSE 'the policies above the unit were not all read' END AS value
FROM seen
