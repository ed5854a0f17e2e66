-- The newest use that IAM tells of: of a role as a whole, of a user's password and keys, of single services. The report writes N/A or
-- no_information where there was none. IAM looks back 400 days, so never means not within them. Administrators are few: what they did is
-- asked of them alone.
WITH roles AS (
  SELECT uid, a.sure, a.unread AS open, days_since(created) AS age, 'Observed.RoleLastUsed.LastUsedDate' AS path,
         coalesce(days_since(last_used), 99999) AS own, json_extract(unknown, '$.last_used') AS unread,
         services_last_accessed AS services,
         name LIKE '%break%glass%' OR name LIKE '%emergency%' OR ((tags LIKE '%glass%' OR tags LIKE '%emergency%') AND EXISTS (SELECT 1 FROM json_each(tags) t
             WHERE lower(replace(replace(replace(t.value, '-', ''), '_', ''), ' ', '')) IN ('breakglass', 'emergency', 'emergencyaccess')))
         OR (name = 'OrganizationAccountAccessRole' AND policy_outside(trust_policy, r.account) = 0) AS kept
  FROM aws_iam_role r JOIN administrators a ON a.principal = uid),
users AS (
  SELECT uid, a.sure, a.unread AS open, days_since(created) AS age, 'Observed.PasswordLastUsed' AS path,
         min(coalesce(days_since(password_last_used), 99999), coalesce(days_since(access_key_1_last_used), 99999),
             coalesce(days_since(access_key_2_last_used), 99999)) AS own,
         iif(password_last_used IS NULL OR access_key_1_last_used IS NULL OR access_key_2_last_used IS NULL,
             'iam:GetCredentialReport was not read', NULL) AS unread,
         services_last_accessed AS services,
         name LIKE '%break%glass%' OR name LIKE '%emergency%' OR ((tags LIKE '%glass%' OR tags LIKE '%emergency%') AND EXISTS (SELECT 1 FROM json_each(tags) t
             WHERE lower(replace(replace(replace(t.value, '-', ''), '_', ''), ' ', '')) IN ('breakglass', 'emergency', 'emergencyaccess'))) AS kept
  FROM aws_iam_user JOIN administrators a ON a.principal = uid),
used AS MATERIALIZED (
  SELECT uid, sure, open, age, path, kept, iif(services IS NULL, unread, NULL) AS unread,
         iif(services IS NULL, own, min(own, coalesce((SELECT min(days_since(json_extract(s.value, '$.LastAuthenticated'))) FROM json_each(services) s), 99999))) AS days
  FROM (SELECT * FROM roles UNION ALL SELECT * FROM users))
SELECT uid AS resource,
       CASE WHEN kept THEN 'not_applicable'
            WHEN days <= 90 OR age <= 90 THEN 'pass'
            WHEN sure = 0 OR unread IS NOT NULL OR (days = 99999 AND age IS NULL) THEN 'unknown'
            ELSE 'fail' END AS verdict,
       path,
       'a use within 90 days' AS expected,
       CASE WHEN days < 99999 THEN 'last used ' || days || ' days ago'
            WHEN age <= 90 THEN 'made ' || age || ' days ago'
            WHEN unread IS NOT NULL THEN unread
            WHEN sure = 0 THEN 'whether it is an administrator hangs on ' || open
            WHEN age IS NULL THEN 'no use, and when it was made was not read'
            ELSE 'never used' END AS value
FROM used
UNION ALL
SELECT uid, 'not_applicable', NULL, 'a use within 90 days', 'no administrator'
FROM (SELECT uid FROM aws_iam_role UNION ALL SELECT uid FROM aws_iam_user)
WHERE uid NOT IN (SELECT principal FROM administrators)
