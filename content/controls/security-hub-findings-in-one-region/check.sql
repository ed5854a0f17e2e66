-- An aggregator takes all Regions, all but some, or some; its own it always has. What it leaves out counts where its account has
-- Security Hub on; where that was not read, whether something is left out cannot be told.
WITH aggregators AS (
  SELECT a.uid, a.account, a.mode, a.home, a.regions, json_extract(a.unknown, '$.mode') AS unread
  FROM aws_securityhub_findingaggregator a),
left_out AS (
  SELECT a.uid, min(iif(s.security_hub IS NOT NULL, s.region, NULL)) AS region,
         min(iif(s.security_hub IS NULL, json_extract(s.unknown, '$.security_hub') || ' in ' || s.region, NULL)) AS unread
  FROM aggregators a JOIN reeve_region_settings s ON s.account = a.account
  WHERE (s.security_hub IS NOT NULL OR json_extract(s.unknown, '$.security_hub') IS NOT NULL)
    AND s.region <> coalesce(a.home, '') AND CASE a.mode
      WHEN 'ALL_REGIONS' THEN 0
      WHEN 'ALL_REGIONS_EXCEPT_SPECIFIED' THEN EXISTS (SELECT 1 FROM json_each(a.regions) r WHERE r.value = s.region)
      WHEN 'SPECIFIED_REGIONS' THEN NOT EXISTS (SELECT 1 FROM json_each(a.regions) r WHERE r.value = s.region)
      ELSE 1 END
  GROUP BY a.uid),
best AS (
  SELECT a.uid, coalesce(a.unread, l.unread) AS unread, a.mode, l.region,
         CASE WHEN a.mode IS NULL THEN 1 WHEN l.region IS NOT NULL OR a.mode = 'NO_REGIONS' THEN 2
             WHEN l.unread IS NOT NULL THEN 1 ELSE 0 END AS rank
  FROM aggregators a LEFT JOIN left_out l ON l.uid = a.uid ORDER BY rank, a.uid LIMIT 1),
answers AS (SELECT count(*) AS asked FROM reads WHERE operation = 'securityhub:ListFindingAggregators' AND status = 'ok')
SELECT o.uid AS resource,
       CASE WHEN b.rank = 0 THEN 'pass'
            WHEN b.rank = 1 THEN 'unknown'
            WHEN b.rank = 2 THEN 'fail'
            WHEN asked > 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       iif(b.uid IS NULL, NULL, 'Properties.RegionLinkingMode') AS path,
       'an aggregator that covers every Region in use' AS expected,
       CASE WHEN b.rank = 1 THEN coalesce(b.unread, 'what it links is not told')
            WHEN b.region IS NOT NULL THEN b.mode || ', without ' || b.region
            WHEN b.mode IS NULL AND asked > 0 THEN 'no aggregator'
            ELSE coalesce(b.mode, 'securityhub:ListFindingAggregators was not answered anywhere') END AS value,
       b.uid AS evidence_of
FROM reeve_organization o CROSS JOIN answers LEFT JOIN best b
