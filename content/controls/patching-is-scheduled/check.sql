-- Whether a run installs or only looks is a parameter that the lists do not show; what is missing then is told by
-- instance-has-no-critical-patch-missing. A patch policy makes associations.
WITH documents(document) AS (VALUES ('AWS-RunPatchBaseline'), ('AWS-RunPatchBaselineAssociation'),
    ('AWS-RunPatchBaselineWithHooks'),
  ('AWS-PatchInstanceWithRollback'), ('AWS-PatchAsgInstance')),
runs AS (
  SELECT a.account, a.region FROM aws_ssm_association a JOIN documents d ON a.document = d.document
      OR a.document LIKE '%:document/' || d.document
  WHERE a.schedule IS NOT NULL
  UNION SELECT w.account, w.region FROM aws_ssm_maintenancewindow w, json_each(w.tasks) t
  JOIN documents d ON t.value ->> '$.TaskArn' = d.document OR t.value ->> '$.TaskArn' LIKE '%:document/' || d.document
  WHERE w.enabled = 1),
unread AS (
  SELECT w.account, w.region, max(json_extract(w.unknown, '$.tasks')) AS why FROM aws_ssm_maintenancewindow w
  WHERE coalesce(w.enabled, 1) = 1 AND json_extract(w.unknown, '$.tasks') IS NOT NULL GROUP BY w.account, w.region),
answers AS (
  SELECT account, region, count(DISTINCT operation) AS operations FROM reads
  WHERE operation IN ('ssm:ListAssociations', 'ssm:DescribeMaintenanceWindows') AND status = 'ok' GROUP BY account, region),
seen AS (
  SELECT s.uid, s.ssm_managed_instances AS managed, json_extract(s.unknown, '$.ssm_managed_instances') AS not_listed,
         r.account IS NOT NULL AS scheduled, u.why, coalesce(a.operations, 0) AS answered
  FROM reeve_region_settings s LEFT JOIN runs r ON r.account = s.account AND r.region = s.region
  LEFT JOIN unread u ON u.account = s.account AND u.region = s.region
  LEFT JOIN answers a ON a.account = s.account AND a.region = s.region)
SELECT uid AS resource,
       CASE WHEN not_listed IS NOT NULL THEN 'unknown'
            WHEN coalesce(json_array_length(managed), 0) = 0 THEN 'not_applicable'
            WHEN scheduled THEN 'pass'
            WHEN answered < 2 OR why IS NOT NULL THEN 'unknown'
            ELSE 'fail' END AS verdict,
       'Observed.SsmManagedInstances' AS path,
       'a schedule that runs the patch baseline' AS expected,
       CASE WHEN not_listed IS NOT NULL THEN not_listed WHEN scheduled THEN 'one' WHEN why IS NOT NULL THEN why
            WHEN answered < 2 THEN 'ssm:ListAssociations or ssm:DescribeMaintenanceWindows was not read'
            ELSE 'none for ' || json_array_length(managed) || ' instances' END AS value
FROM seen
