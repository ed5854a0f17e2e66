-- Reeve's own exceptions have both by their form. A reply that holds no suppressed finding may have been asked for others only, and
-- shows nothing.
WITH suppressed AS (
  SELECT s.uid, f.key AS place, json_extract(f.value, '$.Id') AS finding,
         (SELECT max(d.value) FROM json_each(f.value, '$.Fields') d WHERE lower(d.key) = 'owner'
             AND trim(d.value) <> '') AS owner,
         (SELECT max(d.value) FROM json_each(f.value, '$.Fields') d
             WHERE lower(d.key) IN ('expires', 'expiry', 'until')) AS expires
  FROM reeve_region_settings s, json_each(s.suppressed_findings) f),
counted AS (
  SELECT uid, count(*) AS findings, count(iif(owner IS NULL OR days_since(expires) IS NULL, 1, NULL)) AS bare,
         count(iif(days_since(expires) >= 0, 1, NULL)) AS over,
         min(iif(owner IS NULL OR coalesce(days_since(expires), 0) >= 0, place, NULL)) AS first
  FROM suppressed GROUP BY uid)
SELECT s.uid AS resource,
       CASE WHEN c.bare + c.over > 0 THEN 'fail'
            WHEN c.findings > 0 THEN 'pass'
            WHEN s.suppressed_findings IS NULL THEN 'unknown'
            ELSE 'not_applicable' END AS verdict,
       'Observed.SuppressedFindings' || iif(c.first IS NULL, '', '[' || c.first || ']') AS path,
       'an owner and a date ahead for each suppressed finding' AS expected,
       CASE WHEN c.findings IS NULL THEN json_extract(s.unknown, '$.suppressed_findings')
            ELSE c.findings || ' suppressed, ' || c.bare || ' without owner or date, ' || c.over
                || ' past the date' END AS value
FROM reeve_region_settings s LEFT JOIN counted c ON c.uid = s.uid
