-- Each spelling of the tag is counted on its own, so that a workload and its application may have different names.
-- Most resources of an account carry the same tags but for their name, so each set of tags is looked at once.
WITH tagged AS MATERIALIZED (
  SELECT r.account, json_remove(r.tags, '$.Name') AS tags
  FROM resources r
  WHERE r.born = 1 AND (r.tags LIKE '%workload%' OR r.tags LIKE '%application%') AND r.type NOT LIKE 'AWS::Organizations::%'
  GROUP BY r.account, json_remove(r.tags, '$.Name')),
said AS (
  SELECT g.account, lower(t.key) AS name, count(DISTINCT lower(trim(t.value))) AS workloads
  FROM tagged g, json_each(g.tags) t
  WHERE lower(t.key) IN ('workload', 'application') OR lower(t.key) LIKE '%:workload' OR lower(t.key) LIKE '%:application'
      OR lower(t.key) LIKE '%/workload' OR lower(t.key) LIKE '%/application'
  GROUP BY g.account, lower(t.key)),
unread AS (
  SELECT account, count(*) AS resources FROM resources WHERE born = 1 AND unknown LIKE '%"tag_list"%' AND json_extract(unknown,
      '$.tag_list') IS NOT NULL GROUP BY account),
counted AS (
  SELECT s.uid, max(w.workloads) AS workloads, coalesce(u.resources, 0) AS unread
  FROM reeve_account_settings s LEFT JOIN said w ON w.account = s.account LEFT JOIN unread u ON u.account = s.account
  GROUP BY s.uid)
SELECT uid AS resource,
       CASE WHEN workloads > 1 THEN 'fail'
            WHEN workloads = 1 AND unread = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'one workload' AS expected,
       iif(unread > 0 AND coalesce(workloads, 0) < 2, 'the tags of ' || unread || ' resources were not read',
           coalesce(workloads || ' named', 'no resource names its workload')) AS value
FROM counted
