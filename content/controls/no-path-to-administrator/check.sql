-- Whoever is an administrator need not become one. Nobody enters a service-linked role.
WITH judged AS (SELECT uid FROM aws_iam_role UNION ALL SELECT uid FROM aws_iam_user)
SELECT j.uid AS resource,
       CASE WHEN a.sure = 1 OR instr(j.uid, ':role/aws-service-role/') > 0 THEN 'not_applicable'
            WHEN e.sure = 1 THEN 'fail'
            WHEN e.sure = 0 OR a.sure = 0 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'no way to an administrator' AS expected,
       CASE WHEN e.sure = 1 THEN e.way
            WHEN a.sure = 0 THEN a.unread
            WHEN e.sure = 0 THEN e.way || ', if ' || e.unknown
            ELSE 'no way' END AS value
FROM judged j LEFT JOIN administrators a ON a.principal = j.uid LEFT JOIN escalation_paths e ON e.principal = j.uid
