-- A Deny over all resources, of every action or of all but a list, for requests whose Region is not on a list.
WITH RECURSIVE above(account, node) AS (
  SELECT id, id FROM aws_organizations_account
  UNION SELECT a.account, m.parent FROM above a JOIN aws_organizations_account m ON m.id = a.node WHERE m.parent IS NOT NULL
  UNION SELECT a.account, u.parent FROM above a JOIN aws_organizations_organizationalunit u ON u.id = a.node
      WHERE u.parent IS NOT NULL),
statements AS (
  SELECT p.uid, p.targets, t.value AS statement
  FROM aws_organizations_policy p,
       json_each(iif(json_type(p.policy_document, '$.Statement') = 'array', json_extract(p.policy_document, '$.Statement'),
           json_array(json_extract(p.policy_document, '$.Statement')))) t
  WHERE p.policy_type = 'SERVICE_CONTROL_POLICY'),
region_denies AS (
  SELECT s.uid, s.targets FROM statements s
  WHERE json_extract(s.statement, '$.Effect') = 'Deny'
    AND (json_type(s.statement, '$.NotAction') IS NOT NULL OR json_extract(s.statement, '$.Action') = '*')
    AND json_extract(s.statement, '$.Resource') = '*'
    AND EXISTS (SELECT 1 FROM json_each(s.statement, '$.Condition') c, json_each(c.value) k
                WHERE lower(c.key) IN ('stringnotequals', 'stringnotlike', 'stringnotequalsignorecase')
                    AND lower(k.key) = 'aws:requestedregion')),
outside AS (SELECT DISTINCT account FROM reads WHERE operation = 'organizations:DescribeOrganization' AND status = 'absent'),
bound AS (SELECT DISTINCT n.account FROM region_denies d, json_each(d.targets) g JOIN above n ON n.node = g.value),
rooted AS (SELECT DISTINCT account FROM above WHERE node LIKE 'r-%'),
seen AS (
  SELECT s.uid, a.management, x.account IS NOT NULL AS standalone, b.account IS NOT NULL AS denied,
      t.account IS NOT NULL AS to_the_root,
         (SELECT count(*) FROM aws_organizations_policy p WHERE p.policy_type = 'SERVICE_CONTROL_POLICY') AS policies,
         (SELECT count(*) FROM aws_organizations_policy p
          WHERE p.policy_type = 'SERVICE_CONTROL_POLICY' AND (p.policy_document IS NULL OR p.targets IS NULL)) AS unread
  FROM reeve_account_settings s LEFT JOIN accounts a ON a.account = s.account LEFT JOIN outside x ON x.account = s.account
  LEFT JOIN bound b ON b.account = s.account LEFT JOIN rooted t ON t.account = s.account)
SELECT uid AS resource,
       CASE WHEN management = 1 THEN 'not_applicable'
            WHEN standalone THEN 'not_applicable'
            WHEN management IS NULL THEN 'unknown'
            WHEN denied THEN 'pass'
            WHEN to_the_root AND policies > 0 AND unread = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a service control policy that denies Regions outside a list' AS expected,
       CASE WHEN management IS NULL THEN 'organizations:ListAccounts was not read'
            WHEN denied THEN 'denied'
            WHEN to_the_root AND policies > 0 AND unread = 0 THEN 'no such policy above the account'
            ELSE 'the policies above the account were not all read' END AS value
FROM seen
