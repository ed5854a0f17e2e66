-- The newest use that IAM tells of: of a role as a whole, of a user's password and keys, of single services. The report writes N/A or
-- no_information where there was none. IAM looks back 400 days, so never means not within them.
WITH roles AS (
  SELECT uid, days_since(created) AS age, 'Observed.RoleLastUsed.LastUsedDate' AS path,
         coalesce(days_since(last_used), 99999) AS own, json_extract(unknown, '$.last_used') AS unread,
         services_last_accessed AS services,
         name LIKE '%break%glass%' OR name LIKE '%emergency%' OR EXISTS (SELECT 1 FROM json_each(tags) t
             WHERE lower(replace(replace(replace(t.value, '-', ''), '_', ''), ' ', '')) IN ('breakglass', 'emergency', 'emergencyaccess'))
         OR (name = 'OrganizationAccountAccessRole' AND policy_outside(trust_policy, account) = 0) AS kept
  FROM aws_iam_role),
users AS (
  SELECT uid, days_since(created) AS age, 'Observed.PasswordLastUsed' AS path,
         min(coalesce(days_since(password_last_used), 99999), coalesce(days_since(access_key_1_last_used), 99999),
             coalesce(days_since(access_key_2_last_used), 99999)) AS own,
         iif(password_last_used IS NULL OR access_key_1_last_used IS NULL OR access_key_2_last_used IS NULL,
             'iam:GetCredentialReport was not read', NULL) AS unread,
         services_last_accessed AS services,
         name LIKE '%break%glass%' OR name LIKE '%emergency%' OR EXISTS (SELECT 1 FROM json_each(tags) t
             WHERE lower(replace(replace(replace(t.value, '-', ''), '_', ''), ' ', '')) IN ('breakglass', 'emergency', 'emergencyaccess')) AS kept
  FROM aws_iam_user),
used AS (
  SELECT uid, age, path, kept, iif(services IS NULL, unread, NULL) AS unread,
         min(own, coalesce((SELECT min(days_since(json_extract(s.value, '$.LastAuthenticated'))) FROM json_each(services) s), 99999)) AS days
  FROM (SELECT * FROM roles UNION ALL SELECT * FROM users))
SELECT u.uid AS resource,
       CASE WHEN a.sure IS NULL OR u.kept THEN 'not_applicable'
            WHEN u.days <= 90 OR u.age <= 90 THEN 'pass'
            WHEN a.sure = 0 OR u.unread IS NOT NULL OR (u.days = 99999 AND u.age IS NULL) THEN 'unknown'
            ELSE 'fail' END AS verdict,
       u.path AS path,
       'a use within 90 days' AS expected,
       CASE WHEN u.days < 99999 THEN 'last used ' || u.days || ' days ago'
            WHEN u.age <= 90 THEN 'made ' || u.age || ' days ago'
            WHEN u.unread IS NOT NULL THEN u.unread
            WHEN a.sure = 0 THEN 'whether it is an administrator hangs on ' || a.unread
            WHEN u.age IS NULL THEN 'no use, and when it was made was not read'
            ELSE 'never used' END AS value
FROM used u LEFT JOIN administrators a ON a.principal = u.uid
