-- The list of indexes is the same in every Region, so one answer is enough for it.
WITH regions_told AS (
  SELECT r.account, r.region, r.config_recorders_recording > 0 AND r.config_all_supported = 1 AS records,
         json_extract(r.unknown, '$.config_recorders_recording') IS NOT NULL
             OR (r.config_recorders_recording > 0 AND json_extract(r.unknown, '$.config_all_supported') IS NOT NULL) AS unread,
         r.resource_explorer_indexes IS NOT NULL OR json_extract(r.unknown, '$.resource_explorer_indexes') IS NULL AS listed,
         EXISTS (SELECT 1 FROM json_each(r.resource_explorer_indexes) i WHERE json_extract(i.value, '$.Type') = 'AGGREGATOR') AS aggregator
  FROM reeve_region_settings r),
judged AS (
  SELECT account, count(*) AS regions, max(aggregator) AS aggregator, max(listed) AS listed, sum(NOT coalesce(records, 0) AND NOT unread) AS off,
         sum(NOT coalesce(records, 0)) AS not_on, min(iif(NOT coalesce(records, 0), region, NULL)) AS one
  FROM regions_told GROUP BY account)
SELECT s.uid AS resource,
       CASE WHEN j.aggregator OR (j.regions > 0 AND j.not_on = 0) THEN 'pass'
            WHEN j.off > 0 AND j.listed THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'an aggregator index, or Config for all types in every Region' AS expected,
       CASE WHEN j.aggregator THEN 'an aggregator index'
            WHEN j.regions > 0 AND j.not_on = 0 THEN 'Config in ' || j.regions || ' Regions'
            WHEN j.off > 0 AND j.listed THEN 'no aggregator index, and Config does not record all types in ' || j.one
            WHEN j.listed THEN 'config:DescribeConfigurationRecorderStatus was not read in ' || j.one
            ELSE 'resource-explorer-2:ListIndexes was not read' END AS value
FROM reeve_account_settings s LEFT JOIN judged j ON j.account = s.account
