-- EKS_RUNTIME_MONITORING is off wherever RUNTIME_MONITORING, which took its place, is on.
WITH off AS (
  SELECT d.uid, json_extract(f.value, '$.Name') AS name FROM aws_guardduty_detector d, json_each(d.features) f
  WHERE json_extract(f.value, '$.Status') = 'DISABLED' AND json_extract(f.value, '$.Name') <> 'EKS_RUNTIME_MONITORING'),
open AS (
  SELECT uid, group_concat(name, ', ') AS names FROM (
    SELECT f.uid, f.name FROM off f WHERE NOT EXISTS (
      SELECT 1 FROM reviews r WHERE r.kind = 'feature' AND r.subject = 'guardduty:' || f.name AND r.decision IN ('refuse', 'later')
        AND r.owner IS NOT NULL AND (r.expires IS NULL OR r.expires > as_of())) ORDER BY f.uid, f.name) GROUP BY uid)
SELECT d.uid AS resource,
       CASE WHEN d.features IS NULL THEN 'unknown'
            WHEN p.uid IS NOT NULL THEN 'fail'
            ELSE 'pass' END AS verdict,
       'Properties.Features' AS path,
       'a decision for each plan that is off' AS expected,
       CASE WHEN d.features IS NULL THEN coalesce(json_extract(d.unknown, '$.features'), 'its plans were not read')
            WHEN p.uid IS NOT NULL THEN 'off without a decision: ' || p.names
            ELSE 'none off without a decision' END AS value
FROM aws_guardduty_detector d LEFT JOIN open p ON p.uid = d.uid
