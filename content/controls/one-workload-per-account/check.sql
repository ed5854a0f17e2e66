-- Each spelling of the tag is counted on its own, so that a workload and its application may have different names.
WITH said AS (
  SELECT r.account, lower(t.key) AS name, count(DISTINCT lower(trim(t.value))) AS workloads
  FROM resources r, json_each(r.tags) t
  WHERE r.born = 1 AND (lower(t.key) IN ('workload', 'application') OR lower(t.key) LIKE '%:workload'
      OR lower(t.key) LIKE '%:application'
                        OR lower(t.key) LIKE '%/workload' OR lower(t.key) LIKE '%/application')
  GROUP BY r.account, lower(t.key)),
counted AS (
  SELECT s.uid, max(w.workloads) AS workloads
  FROM reeve_account_settings s LEFT JOIN said w ON w.account = s.account
  GROUP BY s.uid)
SELECT uid AS resource,
       CASE WHEN workloads IS NULL THEN 'unknown'
            WHEN workloads = 1 THEN 'pass'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'one workload' AS expected,
       coalesce(workloads || ' named', 'no resource names its workload') AS value
FROM counted
