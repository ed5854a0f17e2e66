-- A trail counts if it records all Regions, is logging, and hears management events that read and that write; a basic selector may
-- leave out single noisy services, an advanced one likewise. An organization trail covers the accounts of its organization, so it
-- counts where one was seen by any account of the same organization. That there is none shows only if the account itself was asked.
WITH trails AS MATERIALIZED (
  SELECT t.account, t.organization_trail,
    CASE WHEN t.multi_region = 0 OR t.logging = 0 THEN 0
         WHEN t.multi_region IS NULL THEN NULL
         WHEN t.event_selectors IS NULL AND t.advanced_event_selectors IS NULL THEN
             iif(json_extract(t.unknown, '$.event_selectors') IS NULL AND json_extract(t.unknown, '$.advanced_event_selectors') IS NULL, t.logging, NULL)
         WHEN (SELECT max(ways & 1) + max(ways & 2) FROM (
             SELECT CASE WHEN coalesce(json_extract(b.value, '$.IncludeManagementEvents'), 1) IN (0, 'false') THEN 0
                         ELSE CASE coalesce(json_extract(b.value, '$.ReadWriteType'), 'All') WHEN 'All' THEN 3 WHEN 'ReadOnly' THEN 1
                             WHEN 'WriteOnly' THEN 2 ELSE 0 END END AS ways
               FROM json_each(t.event_selectors) b
             UNION ALL
             SELECT CASE WHEN max(json_extract(f.value, '$.Field') = 'eventCategory' AND json_extract(f.value, '$.Equals[0]') = 'Management') = 0
                           OR max(json_extract(f.value, '$.Field') NOT IN ('eventCategory', 'readOnly')
                             AND json_extract(f.value, '$.NotEquals') IS NULL AND json_extract(f.value, '$.NotStartsWith') IS NULL) = 1 THEN 0
                         ELSE coalesce(max(CASE WHEN json_extract(f.value, '$.Field') = 'readOnly' THEN
                             CASE json_extract(f.value, '$.Equals[0]') WHEN 'true' THEN 1 WHEN 'false' THEN 2 ELSE 0 END END), 3) END
               FROM json_each(t.advanced_event_selectors) s, json_each(s.value, '$.FieldSelectors') f GROUP BY s.key)) = 3 THEN t.logging
         ELSE 0 END AS good
  FROM aws_cloudtrail_trail t),
own AS (SELECT account, max(good) AS good, max(good IS NULL) AS unsure FROM trails GROUP BY account),
shared AS (SELECT a.organization FROM trails t JOIN accounts a ON a.account = t.account WHERE t.organization_trail = 1
    AND t.good = 1 AND a.organization IS NOT NULL GROUP BY a.organization),
answered AS (SELECT DISTINCT account FROM reads WHERE operation = 'cloudtrail:DescribeTrails' AND status = 'ok'),
seen AS (
  SELECT s.uid, coalesce(o.good, 0) OR h.organization IS NOT NULL AS covered, coalesce(o.unsure, 0) AS unsure,
      d.account IS NOT NULL AS asked, o.account IS NOT NULL AS some
  FROM reeve_account_settings s LEFT JOIN accounts a ON a.account = s.account LEFT JOIN own o ON o.account = s.account
  LEFT JOIN shared h ON h.organization = a.organization LEFT JOIN answered d ON d.account = s.account)
SELECT uid AS resource,
       CASE WHEN covered THEN 'pass'
            WHEN asked AND NOT unsure THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a trail of all Regions that records management events, its own or the organization''s' AS expected,
       CASE WHEN covered THEN 'covered'
            WHEN NOT asked THEN 'cloudtrail:DescribeTrails was not read'
            WHEN unsure THEN 'cloudtrail:GetTrailStatus or cloudtrail:GetEventSelectors was not read'
            WHEN some THEN 'a trail that is stopped, of one Region, or without management events' ELSE 'none' END AS value
FROM seen
