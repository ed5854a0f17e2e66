-- Where it stands is for the organization to choose, so one found anywhere counts; that there is none shows only where every
-- Region that
-- was seen answered in every account.
WITH found AS (SELECT min(id) AS id FROM aws_accessanalyzer_analyzer WHERE analyzer_type LIKE 'ORGANIZATION%'
    AND status = 'ACTIVE'),
answered AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'accessanalyzer:ListAnalyzers' AND status = 'ok'),
unasked AS (
  SELECT min(g.region) AS region FROM regions g LEFT JOIN answered d ON d.account = g.account AND d.region = g.region
  WHERE g.region <> 'global' AND d.account IS NULL)
SELECT o.uid AS resource,
       CASE WHEN f.id IS NOT NULL THEN 'pass'
            WHEN EXISTS (SELECT 1 FROM answered) AND u.region IS NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'an active analyzer of the organization' AS expected,
       coalesce(f.id, 'accessanalyzer:ListAnalyzers was not read everywhere: ' || u.region, iif(EXISTS (SELECT 1 FROM answered), 'none', 'accessanalyzer:ListAnalyzers was not read')) AS value
FROM reeve_organization o CROSS JOIN found f CROSS JOIN unasked u
