-- An instance lives in one Region; a Region that names none says nothing about the others, so one answer is needed and one
-- instance enough.
SELECT o.uid AS resource,
       CASE WHEN EXISTS (SELECT 1 FROM aws_sso_instance i WHERE i.status = 'ACTIVE') THEN 'pass'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'an active instance' AS expected,
       coalesce((SELECT min(i.id) FROM aws_sso_instance i WHERE i.status = 'ACTIVE'), 'none') AS value
FROM reeve_organization o
