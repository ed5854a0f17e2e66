-- A role is marked by its name or by a tag's value: break-glass or emergency. What only a service or an identity provider may
-- assume is no way in when these have failed. A role that anybody may assume is a way in, too.
WITH marked AS MATERIALIZED (
  SELECT r.uid, r.trust_policy, json_extract(r.unknown, '$.trust_policy') AS unread
  FROM aws_iam_role r
  WHERE r.name LIKE '%break%glass%' OR r.name LIKE '%emergency%'
         OR ((r.tags LIKE '%glass%' OR r.tags LIKE '%emergency%') AND EXISTS (SELECT 1 FROM json_each(r.tags) t
             WHERE lower(replace(replace(replace(t.value, '-', ''), '_', ''), ' ', ''))
                 IN ('breakglass', 'emergency', 'emergencyaccess')))),
judged AS (
  SELECT uid, unread, iif(json_valid(trust_policy), EXISTS (
      SELECT 1 FROM json_tree(trust_policy, '$.Statement') s WHERE s.type = 'object'
      AND json_extract(s.value, '$.Effect') = 'Allow' AND (json_type(s.value, '$.Principal.AWS') IS NOT NULL
      OR json_extract(s.value, '$.Principal') = '*' OR json_type(s.value, '$.NotPrincipal') IS NOT NULL)), NULL) AS for_people,
      policy_requires_mfa(trust_policy) AS mfa FROM marked)
SELECT uid AS resource,
       CASE WHEN unread IS NOT NULL THEN 'unknown'
            WHEN for_people = 0 THEN 'not_applicable'
            WHEN mfa = 1 THEN 'pass'
            WHEN mfa = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Properties.AssumeRolePolicyDocument' AS path,
       'aws:MultiFactorAuthPresent in every statement' AS expected,
       coalesce(unread, CASE mfa WHEN 1 THEN 'asked for' WHEN 0 THEN 'not asked for' ELSE 'not to be told' END) AS value
FROM judged
UNION ALL SELECT uid, 'not_applicable', NULL, NULL, NULL FROM aws_iam_role WHERE uid NOT IN (SELECT uid FROM marked)
