WITH stale AS (
  SELECT count(*) AS n, min(model) AS first FROM threat_models WHERE reviewed IS NULL OR days_since(reviewed) > 365)
SELECT o.uid AS resource,
       CASE WHEN s.n > 0 THEN 'fail'
            WHEN EXISTS (SELECT 1 FROM threat_models) THEN 'pass'
            ELSE 'not_applicable' END AS verdict,
       NULL AS path,
       'a review within 365 days' AS expected,
       CASE WHEN s.n > 0 THEN s.n || iif(s.n = 1, ' model', ' models') || ' not reviewed in a year, such as ' || s.first
            ELSE (SELECT count(*) FROM threat_models) || ' reviewed' END AS value
FROM reeve_organization o CROSS JOIN stale s
