-- Who is an administrator anyhow may do this, too, and is another control's.
WITH held AS (SELECT uid, policy_document AS own, json_extract(unknown, '$.policy_document') AS unread, 'Properties.PolicyDocument' AS path
                FROM aws_iam_managedpolicy WHERE uid NOT LIKE 'arn:%:iam::aws:policy/%'
     UNION ALL SELECT uid, inline_policies, json_extract(unknown, '$.inline_policies'), 'Properties.Policies' FROM aws_iam_role
     UNION ALL SELECT uid, inline_policies, json_extract(unknown, '$.inline_policies'), 'Properties.Policies' FROM aws_iam_user
     UNION ALL SELECT uid, inline_policies, json_extract(unknown, '$.inline_policies'), 'Properties.Policies' FROM aws_iam_group),
     judged AS (SELECT *, CASE WHEN own IS NULL THEN 'none' ELSE policy_root_sessions(own) END AS tasks FROM held)
SELECT uid AS resource,
       CASE WHEN unread IS NOT NULL THEN 'unknown'
            WHEN tasks = 'none' THEN 'not_applicable'
            WHEN tasks = 'named' THEN 'pass'
            WHEN tasks = 'any' AND policy_administers(own) = 1 THEN 'not_applicable'
            WHEN tasks = 'any' THEN 'fail'
            ELSE 'unknown' END AS verdict,
       path,
       'sessions for named tasks alone' AS expected,
       coalesce(unread, CASE tasks WHEN 'any' THEN 'root sessions for any task' WHEN 'named' THEN 'root sessions for named tasks'
                                   WHEN 'none' THEN 'no root session' END, 'a policy that is not known') AS value
FROM judged
