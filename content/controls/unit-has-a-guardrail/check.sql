-- What a policy takes away is asked of the policy itself: one that allows everything binds nobody, whoever wrote it.
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
  SELECT t.node, coalesce(p.name, t.policy) AS name, iif(t.policy = 'p-FullAWSAccess', 0, policy_denies(p.policy_document)) AS denies,
      iif(t.policy = 'p-FullAWSAccess', 1, policy_admin(p.policy_document)) AS everything
  FROM attached t LEFT JOIN aws_organizations_policy p ON p.id = t.policy),
-- A Deny takes something away, and so does a list of Allows where nothing that allows everything stands beside it.
bounds AS (
  SELECT node, coalesce(min(iif(denies = 1, name, NULL)), iif(max(everything) = 0 AND sum(everything IS NULL) = 0, min(name), NULL)) AS by,
      sum(denies IS NULL OR everything IS NULL) AS unread
  FROM judged GROUP BY node),
bound AS (SELECT a.unit, min(d.by) AS by, sum(d.unread) AS unread FROM above a JOIN bounds d ON d.node = a.node GROUP BY a.unit),
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
