WITH workloads AS (
  SELECT w.uid, w.workload_name, days_since(w.updated) AS days, w.risk,
         coalesce(json_extract(w.unknown, '$.risk'), json_extract(w.unknown, '$.updated')) AS unread
  FROM reeve_wellarchitected_workload w),
judged AS (
  SELECT uid, workload_name, days, CASE WHEN days > 365 THEN 'old' WHEN unread IS NOT NULL OR days IS NULL THEN 'unread'
      WHEN coalesce(risk, 'UNANSWERED') = 'UNANSWERED' THEN 'open' ELSE 'done' END AS state
  FROM workloads),
worst AS (
  SELECT count(*) AS known, max(iif(state IN ('old', 'open'), uid, NULL)) AS bad, max(iif(state = 'unread', uid,
      NULL)) AS unread,
         count(iif(state = 'old', 1, NULL)) AS old, count(iif(state = 'open', 1, NULL)) AS open
  FROM judged),
answers AS (SELECT count(*) AS asked FROM reads WHERE operation = 'wellarchitected:ListWorkloads' AND status = 'ok')
SELECT o.uid AS resource,
       CASE WHEN bad IS NOT NULL THEN 'fail'
            WHEN unread IS NOT NULL THEN 'unknown'
            WHEN known > 0 THEN 'pass'
            WHEN asked > 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       iif(coalesce(bad, unread) IS NULL, NULL, 'Observed.UpdatedAt') AS path,
       'SEC 1 answered for each workload, within 365 days' AS expected,
       CASE WHEN known > 0 THEN known || ' workloads, ' || old || ' older than a year, ' || open || ' without an answer'
            WHEN asked > 0 THEN 'no workload is defined'
                ELSE 'wellarchitected:ListWorkloads was not answered anywhere' END AS value,
       coalesce(bad, unread) AS evidence_of
FROM reeve_organization o CROSS JOIN worst CROSS JOIN answers
