-- The organization's accounts stand in the management account, but their tags speak of themselves.
-- Words that nobody can place (blue, eu, …) count for neither side; an account without a placed word cannot be judged.
-- Most resources of an account carry the same tags but for their name, so each set of tags is looked at once.
WITH tagged AS MATERIALIZED (
  SELECT r.account, json_remove(r.tags, '$.Name') AS tags, count(*) AS resources
  FROM resources r
  WHERE r.born = 1 AND r.tags LIKE '%env%' AND r.type NOT LIKE 'AWS::Organizations::%'
  GROUP BY r.account, json_remove(r.tags, '$.Name')),
said AS (
  SELECT g.account, g.resources, lower(trim(t.value)) AS word
  FROM tagged g, json_each(g.tags) t
  WHERE lower(t.key) IN ('environment', 'env') OR lower(t.key) LIKE '%:environment' OR lower(t.key) LIKE '%:env'
      OR lower(t.key) LIKE '%/environment' OR lower(t.key) LIKE '%/env'),
placed AS (
  SELECT account, resources,
         CASE WHEN word IN ('prod', 'prd', 'production', 'live') THEN 1
              WHEN word IN ('dev', 'development', 'test', 'testing', 'tst', 'qa', 'uat', 'int', 'integration', 'stage',
                  'staging', 'stg', 'sandbox', 'sbx',
                            'demo', 'preprod', 'pre-prod', 'preproduction', 'nonprod', 'non-prod', 'nonproduction',
                                'non-production') THEN 0 END AS production
  FROM said),
unread AS (
  SELECT account, count(*) AS resources FROM resources WHERE born = 1 AND unknown LIKE '%"tag_list"%' AND json_extract(unknown,
      '$.tag_list') IS NOT NULL GROUP BY account),
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
           || ' resources were not read'
            WHEN all_of_them = 0 THEN 'no resource tells its environment'
            ELSE production || ' of ' || all_of_them || ' resources are production' END AS value
FROM counted
