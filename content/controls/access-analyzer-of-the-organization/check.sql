-- Where it stands is for the organization to choose, so one found anywhere counts; none found counts only if any account
-- answered.
SELECT o.uid AS resource,
       CASE WHEN EXISTS (SELECT 1 FROM aws_accessanalyzer_analyzer a WHERE a.analyzer_type LIKE 'ORGANIZATION%'
           AND a.status = 'ACTIVE') THEN 'pass'
            WHEN EXISTS (SELECT 1 FROM reads d WHERE d.operation = 'accessanalyzer:ListAnalyzers' AND d.status = 'ok')
             AND NOT EXISTS (SELECT 1 FROM reads d WHERE d.operation = 'accessanalyzer:ListAnalyzers'
                 AND d.status <> 'ok') THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'an active analyzer of the organization' AS expected,
       coalesce((SELECT min(a.id) FROM aws_accessanalyzer_analyzer a WHERE a.analyzer_type LIKE 'ORGANIZATION%'
           AND a.status = 'ACTIVE'),
                'accessanalyzer:ListAnalyzers names none, or was not read everywhere') AS value
FROM reeve_organization o
