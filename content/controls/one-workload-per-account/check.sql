-- Each spelling of the tag is counted on its own, so that a workload and its application may have different names.
WITH said AS (
  SELECT account, lower(key) AS name, count(DISTINCT lower(trim(value))) AS workloads
  FROM tag_counts
  WHERE lower(key) IN ('workload', 'application') OR lower(key) LIKE '%:workload' OR lower(key) LIKE '%:application'
      OR lower(key) LIKE '%/workload' OR lower(key) LIKE '%/application'
  GROUP BY account, lower(key)),
unread AS (SELECT account, resources FROM tag_counts WHERE key IS NULL),
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
       iif(unread > 0 AND coalesce(workloads, 0) < 2, 'the tags of ' || unread
           || iif(unread = 1, ' resource', ' resources') || ' were not read',
           coalesce(workloads || ' named', 'no resource names its workload')) AS value
FROM counted
