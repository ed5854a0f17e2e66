-- AWS's own policies say in their name what they are, and are not meant.
WITH judged AS (SELECT uid, json_extract(unknown, '$.policy_document') AS unread, policy_administers(policy_document) AS everything
    FROM aws_iam_managedpolicy)
SELECT uid AS resource,
       CASE WHEN uid LIKE 'arn:%:iam::aws:policy/%' THEN 'not_applicable'
            WHEN everything = 1 THEN 'fail'
            WHEN everything = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.PolicyDocument' AS path,
       'less than everything but what is named, and less than all of IAM' AS expected,
       coalesce(unread, CASE everything WHEN 1 THEN 'administration' WHEN 0 THEN 'a part' END, 'a part of it is not known') AS value
FROM judged
