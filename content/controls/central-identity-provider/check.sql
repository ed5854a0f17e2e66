-- An instance lives in one Region, and a Region that names none says nothing about the others; in each Region one account's
-- answer is enough.
WITH found AS (SELECT min(id) AS id FROM aws_sso_instance WHERE status = 'ACTIVE'),
answered AS (SELECT DISTINCT region FROM reads WHERE operation = 'sso-admin:ListInstances' AND status = 'ok'),
unasked AS (SELECT min(g.region) AS region FROM regions g LEFT JOIN answered d ON d.region = g.region
    WHERE g.region <> 'global' AND d.region IS NULL)
SELECT o.uid AS resource,
       CASE WHEN f.id IS NOT NULL THEN 'pass'
            WHEN EXISTS (SELECT 1 FROM answered) AND u.region IS NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'an active instance' AS expected,
       coalesce(f.id, 'sso-admin:ListInstances was not read in ' || u.region, iif(EXISTS (SELECT 1 FROM answered), 'none', 'sso-admin:ListInstances was not read')) AS value
FROM reeve_organization o CROSS JOIN found f CROSS JOIN unasked u
