WITH found AS (
  SELECT max(iif(status = 'ACTIVE', uid, NULL)) AS active, max(uid) AS any_one,
         max(iif(status IS NULL, json_extract(unknown, '$.status'), NULL)) AS unread
  FROM aws_accessanalyzer_analyzer WHERE analyzer_type IN ('ORGANIZATION_INTERNAL_ACCESS', 'ACCOUNT_INTERNAL_ACCESS')),
answers AS (SELECT count(*) AS asked FROM reads WHERE operation = 'accessanalyzer:ListAnalyzers' AND status = 'ok')
SELECT o.uid AS resource,
       CASE WHEN active IS NOT NULL THEN 'pass'
            WHEN asked = 0 OR unread IS NOT NULL THEN 'unknown'
            ELSE 'fail' END AS verdict,
       iif(coalesce(active, any_one) IS NULL, NULL, 'Observed.Status') AS path,
       'an active analyzer of internal access' AS expected,
       CASE WHEN active IS NOT NULL THEN 'one' WHEN asked = 0 THEN 'accessanalyzer:ListAnalyzers was not answered anywhere'
            WHEN unread IS NOT NULL THEN unread WHEN any_one IS NOT NULL THEN 'one that is not active' ELSE 'none' END AS value,
       coalesce(active, any_one) AS evidence_of
FROM reeve_organization o CROSS JOIN found CROSS JOIN answers
