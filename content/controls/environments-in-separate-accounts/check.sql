-- Words that nobody can place (blue, eu, …) count for neither side; an account without a placed word cannot be judged.
WITH said AS (
  SELECT r.account, r.uid, lower(trim(t.value)) AS word
  FROM resources r, json_each(r.tags) t
  WHERE r.born = 1 AND (lower(t.key) IN ('environment', 'env') OR lower(t.key) LIKE '%:environment'
      OR lower(t.key) LIKE '%:env' OR lower(t.key) LIKE '%/environment' OR lower(t.key) LIKE '%/env')),
placed AS (
  SELECT account, uid,
         CASE WHEN word IN ('prod', 'prd', 'production', 'live') THEN 1
              WHEN word IN ('dev', 'development', 'test', 'testing', 'tst', 'qa', 'uat', 'int', 'integration', 'stage',
                  'staging', 'stg', 'sandbox', 'sbx',
                            'demo', 'preprod', 'pre-prod', 'preproduction', 'nonprod', 'non-prod', 'nonproduction',
                                'non-production') THEN 0 END AS production
  FROM said),
counted AS (
  SELECT s.uid, count(p.production) AS all_of_them, coalesce(sum(p.production), 0) AS production
  FROM reeve_account_settings s LEFT JOIN placed p ON p.account = s.account
  GROUP BY s.uid)
SELECT uid AS resource,
       CASE WHEN all_of_them = 0 THEN 'unknown'
            WHEN production = 0 THEN 'pass'
            WHEN production = all_of_them THEN 'pass'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'production alone, or none of it' AS expected,
       iif(all_of_them = 0, 'no resource tells its environment', production || ' of ' || all_of_them
           || ' resources are production') AS value
FROM counted
