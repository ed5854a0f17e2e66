-- Judged together, for one may hold what another lacks; the place is that of the one that suffices alone.
WITH held AS (SELECT uid, account, name, inline_policies AS own, json_extract(unknown, '$.inline_policies') AS unread, trust_policy
                FROM aws_iam_role
     UNION ALL SELECT uid, account, NULL, inline_policies, json_extract(unknown, '$.inline_policies'), NULL FROM aws_iam_user
     UNION ALL SELECT uid, account, NULL, inline_policies, json_extract(unknown, '$.inline_policies'), NULL FROM aws_iam_group),
     judged AS (SELECT *, policy_administers(own) AS everything FROM held),
     placed AS (SELECT *, CASE everything WHEN 1 THEN (SELECT key FROM json_each(own)
           WHERE policy_administers(json_extract(value, '$.PolicyDocument')) = 1 LIMIT 1) END AS place FROM judged)
SELECT uid AS resource,
       CASE WHEN unread IS NOT NULL THEN 'unknown'
            WHEN coalesce(json_array_length(own), 0) = 0 THEN 'not_applicable'
            WHEN everything = 1 AND name = 'OrganizationAccountAccessRole' AND policy_outside(trust_policy, account) = 0 THEN 'not_applicable'
            WHEN everything = 1 THEN 'fail'
            WHEN everything = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.Policies' || CASE WHEN place IS NULL THEN '' ELSE '[' || place || '].PolicyDocument' END AS path,
       'less than everything but what is named, and less than all of IAM' AS expected,
       coalesce(unread, CASE everything WHEN 1 THEN 'administration by ' || CASE WHEN place IS NULL THEN 'the inline policies together'
                                                  ELSE 'the inline policy ' || json_extract(own, '$[' || place || '].PolicyName') END
                                        WHEN 0 THEN 'a part' END, 'an inline policy that is not known') AS value
FROM placed
