-- Last days of standard support from the EKS user guide's release calendar, as of February 2026. Versions before 1.23 ended
-- earlier.
WITH ends(version, day) AS (VALUES
  ('1.23', '2023-10-11'), ('1.24', '2024-01-31'), ('1.25', '2024-05-01'), ('1.26', '2024-06-11'), ('1.27', '2024-07-24'),
  ('1.28', '2024-11-26'), ('1.29', '2025-03-23'), ('1.30', '2025-07-23'), ('1.31', '2025-11-26'), ('1.32', '2026-03-23'),
  ('1.33', '2026-07-29'), ('1.34', '2026-12-02'), ('1.35', '2027-03-27')),
judged AS (
  SELECT k.uid, k.version, json_extract(k.unknown, '$.version') AS unread, iif(version_less(k.version, '1.23'), '2023-10-10',
      e.day) AS last_day
  FROM aws_eks_cluster k LEFT JOIN ends e ON e.version = k.version)
SELECT uid AS resource,
       CASE WHEN last_day < substr(as_of(), 1, 10) THEN 'fail'
            WHEN last_day IS NOT NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.Version' AS path,
       'a version in standard support' AS expected,
       coalesce(unread, version || coalesce(', until ' || last_day, ', not in the table of February 2026'), 'its version is not in the reply') AS value
FROM judged
