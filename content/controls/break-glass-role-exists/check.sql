WITH marked AS (
  SELECT r.account, r.uid, iif(json_valid(r.trust_policy), EXISTS (
      SELECT 1 FROM json_tree(r.trust_policy, '$.Statement') s WHERE s.type = 'object'
      AND json_extract(s.value, '$.Effect') = 'Allow' AND (json_type(s.value, '$.Principal.AWS') IS NOT NULL
      OR json_extract(s.value, '$.Principal') = '*' OR json_type(s.value, '$.NotPrincipal') IS NOT NULL)), NULL) AS for_people
  FROM aws_iam_role r
  WHERE r.name LIKE '%break%glass%' OR r.name LIKE '%emergency%'
         OR ((r.tags LIKE '%glass%' OR r.tags LIKE '%emergency%') AND EXISTS (SELECT 1 FROM json_each(r.tags) t
             WHERE lower(replace(replace(replace(t.value, '-', ''), '_', ''), ' ', ''))
                 IN ('breakglass', 'emergency', 'emergencyaccess')))),
answers AS (
  SELECT DISTINCT account FROM reads
  WHERE operation IN ('iam:GetAccountAuthorizationDetails', 'iam:ListRoles') AND status = 'ok'),
seen AS (
  SELECT o.uid, max(iif(m.for_people, m.uid, NULL)) AS way_in, max(iif(m.for_people IS NULL, m.uid, NULL)) AS unread,
      a.account AS answered
  FROM reeve_organization o LEFT JOIN marked m ON m.account = o.management_account LEFT
      JOIN answers a ON a.account = o.management_account
  GROUP BY o.uid)
SELECT uid AS resource,
       CASE WHEN way_in IS NOT NULL THEN 'pass'
            WHEN answered IS NULL OR unread IS NOT NULL THEN 'unknown'
            ELSE 'fail' END AS verdict,
       iif(way_in IS NULL, NULL, 'Properties.RoleName') AS path,
       'a role marked for emergencies that people can assume' AS expected,
       CASE WHEN way_in IS NOT NULL THEN 'one' WHEN answered IS NULL THEN 'the management account''s roles were not read'
            WHEN unread IS NOT NULL THEN 'whom a role for emergencies trusts was not read' ELSE 'none' END AS value,
       way_in AS evidence_of
FROM seen
