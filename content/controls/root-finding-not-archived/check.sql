-- A filter archives a finding if all of its criteria hold for it. Of the finding we know the type, the severity, the kind of
-- resource and who acted; a criterion that is about none of these may or may not hold. One on the account narrows the filter to
-- some of the findings, and those are archived.
WITH finding(attribute, has) AS (VALUES
  ('type', 'Policy:IAMUser/RootCredentialUsage'), ('severity', '2'), ('resource.resourceType', 'AccessKey'),
  ('resource.accessKeyDetails.userType', 'Root'), ('resource.accessKeyDetails.userName', 'Root'),
      ('service.archived', 'false')),
criteria AS (
  SELECT f.uid, c.key AS attribute, n.has, o.key AS operator, o.value AS wanted
  FROM aws_guardduty_filter f, json_each(f.criteria, '$.Criterion') c, json_each(c.value) o
  LEFT JOIN finding n ON n.attribute = c.key
  WHERE f.action = 'ARCHIVE'),
judged AS (
  SELECT uid, attribute = 'type' AS about_type, has IS NULL AND attribute NOT IN ('accountId', 'region') AS open,
         CASE WHEN has IS NULL THEN 0
              WHEN operator IN ('Eq', 'Equals') THEN NOT EXISTS (SELECT 1 FROM json_each(wanted) w WHERE w.value = has)
              WHEN operator IN ('Neq', 'NotEquals') THEN EXISTS (SELECT 1 FROM json_each(wanted) w WHERE w.value = has)
              WHEN operator = 'Matches' THEN NOT EXISTS (SELECT 1 FROM json_each(wanted) w WHERE has GLOB w.value)
              WHEN operator = 'NotMatches' THEN EXISTS (SELECT 1 FROM json_each(wanted) w WHERE has GLOB w.value)
              WHEN operator IN ('Gt', 'GreaterThan') THEN NOT CAST(has AS REAL) > CAST(wanted AS REAL)
              WHEN operator IN ('Gte', 'GreaterThanOrEqual') THEN NOT CAST(has AS REAL) >= CAST(wanted AS REAL)
              WHEN operator IN ('Lt', 'LessThan') THEN NOT CAST(has AS REAL) < CAST(wanted AS REAL)
              WHEN operator IN ('Lte', 'LessThanOrEqual') THEN NOT CAST(has AS REAL) <= CAST(wanted AS REAL)
              ELSE 0 END AS spares
  FROM criteria),
filters AS (
  SELECT f.uid, f.account, f.region, coalesce(f.filter_name, f.id) AS filter_name,
         CASE WHEN f.action IS NULL AND json_extract(f.unknown, '$.action') IS NOT NULL THEN 'unread'
              WHEN f.action = 'ARCHIVE' AND json_extract(f.unknown, '$.criteria') IS NOT NULL THEN 'unread'
              WHEN f.action IS NOT 'ARCHIVE' THEN 'harmless'
              WHEN EXISTS (SELECT 1 FROM judged j WHERE j.uid = f.uid AND j.spares) THEN 'harmless'
              WHEN EXISTS (SELECT 1 FROM judged j WHERE j.uid = f.uid AND j.open)
               AND NOT EXISTS (SELECT 1 FROM judged j WHERE j.uid = f.uid AND j.about_type) THEN 'perhaps'
              ELSE 'hides' END AS effect
  FROM aws_guardduty_filter f),
worst AS (
  SELECT account, region, max(iif(effect = 'hides', uid, NULL)) AS hider,
         max(iif(effect = 'hides', filter_name, NULL)) AS hider_name,
         max(iif(effect IN ('unread', 'perhaps'), filter_name, NULL)) AS doubtful
  FROM filters GROUP BY account, region)
SELECT d.uid AS resource,
       CASE WHEN d.enabled = 0 THEN 'fail'
            WHEN w.hider IS NOT NULL THEN 'fail'
            WHEN d.enabled IS NULL OR json_extract(d.unknown, '$.filters') IS NOT NULL OR w.doubtful IS NOT NULL THEN 'unknown'
            ELSE 'pass' END AS verdict,
       iif(d.enabled = 1 AND w.hider IS NOT NULL, 'Properties.FindingCriteria', 'Properties.Enable') AS path,
       'a detector that is on, and no filter that archives Policy:IAMUser/RootCredentialUsage' AS expected,
       CASE WHEN d.enabled = 0 THEN 'the detector is off'
            WHEN w.hider IS NOT NULL THEN 'the filter ' || w.hider_name || ' archives it'
            WHEN w.doubtful IS NOT NULL THEN 'what the filter ' || w.doubtful || ' archives is not known'
            WHEN d.enabled IS NULL THEN json_extract(d.unknown, '$.enabled')
            ELSE coalesce(json_extract(d.unknown, '$.filters'), 'no filter archives it') END AS value,
       iif(d.enabled = 1, w.hider, NULL) AS evidence_of
FROM aws_guardduty_detector d LEFT JOIN worst w ON w.account = d.account AND w.region = d.region
