-- The organization's accounts stand in the management account, but their tags speak of themselves; tag_counts leaves them out.
-- Words that nobody can place (blue, eu, …) count for neither side; an account without a placed word cannot be judged.
WITH said AS (
  SELECT account, resources, lower(trim(value)) AS word
  FROM tag_counts
  WHERE lower(key) IN ('environment', 'env') OR lower(key) LIKE '%:environment' OR lower(key) LIKE '%:env'
      OR lower(key) LIKE '%/environment' OR lower(key) LIKE '%/env'),
placed AS (
  SELECT account, resources,
         CASE WHEN word IN ('prod', 'prd', 'production', 'live') THEN 1
              WHEN word IN ('dev', 'development', 'test', 'testing', 'tst', 'qa', 'uat', 'int', 'integration', 'stage',
                  'staging', 'stg', 'sandbox', 'sbx',
                            'demo', 'preprod', 'pre-prod', 'preproduction', 'nonprod', 'non-prod', 'nonproduction',
                                'non-production') THEN 0 END AS production
  FROM said),
unread AS (SELECT account, resources FROM tag_counts WHERE key IS NULL),
counted AS (
  SELECT s.uid, coalesce(sum(iif(p.production IS NULL, 0, p.resources)), 0) AS all_of_them,
         coalesce(sum(p.production * p.resources), 0) AS production, coalesce(u.resources, 0) AS unread
  FROM reeve_account_settings s LEFT JOIN placed p ON p.account = s.account LEFT JOIN unread u ON u.account = s.account
  GROUP BY s.uid)
SELECT uid AS resource,
       CASE WHEN production > 0 AND production < all_of_them THEN 'fail'
            WHEN all_of_them > 0 AND unread = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'production alone, or none of it' AS expected,
       CASE WHEN unread > 0 AND (production = 0 OR production = all_of_them) THEN 'the tags of ' || unread
           || iif(unread = 1, ' resource', ' resources') || ' were not read'
            WHEN all_of_them = 0 THEN 'no resource tells its environment'
            ELSE production || ' of ' || all_of_them || iif(all_of_them = 1, ' resource', ' resources') || ' are production' END AS value
FROM counted
