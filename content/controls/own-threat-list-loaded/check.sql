-- The administrator's lists hold for its members, who may not have their own. A list is of addresses (the older kind) or of
-- addresses and domains.
WITH admins AS (SELECT DISTINCT a.value AS account FROM reeve_region_settings s, json_each(s.guardduty_admins) a),
lists AS (
  SELECT account, region, uid, status, json_extract(unknown, '$.status') AS unread FROM aws_guardduty_threatintelset
  UNION ALL SELECT account, region, uid, status, json_extract(unknown, '$.status') FROM aws_guardduty_threatentityset),
best AS (
  SELECT account, region, max(iif(status = 'ACTIVE', uid, NULL)) AS active, max(unread) AS unread FROM lists GROUP BY account,
      region),
answers AS (
  SELECT account, region, count(DISTINCT operation) AS operations FROM reads
  WHERE operation IN ('guardduty:ListThreatIntelSets', 'guardduty:ListThreatEntitySets') AND status = 'ok' GROUP BY account,
      region),
seen AS (
  SELECT d.uid, b.active, b.unread, coalesce(a.operations, 0) AS answered,
         EXISTS (SELECT 1 FROM admins) AND NOT EXISTS (SELECT 1 FROM admins m WHERE m.account = d.account) AS member
  FROM aws_guardduty_detector d LEFT JOIN best b ON b.account = d.account AND b.region = d.region
  LEFT JOIN answers a ON a.account = d.account AND a.region = d.region)
SELECT uid AS resource,
       CASE WHEN member THEN 'not_applicable'
            WHEN active IS NOT NULL THEN 'pass'
            WHEN answered < 2 OR unread IS NOT NULL THEN 'unknown'
            ELSE 'fail' END AS verdict,
       iif(active IS NULL, NULL, 'Observed.Status') AS path,
       'an active list of threats' AS expected,
       CASE WHEN active IS NOT NULL THEN 'one' WHEN unread IS NOT NULL THEN unread
            WHEN answered < 2 THEN 'guardduty:ListThreatIntelSets or guardduty:ListThreatEntitySets was not read'
            ELSE 'none' END AS value,
       active AS evidence_of
FROM seen
