WITH found AS (SELECT min(id) AS id FROM aws_config_configurationaggregator WHERE organization_all_regions = 1),
answered AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'config:DescribeConfigurationAggregators'
    AND status = 'ok'),
unasked AS (
  SELECT min(g.region) AS region FROM regions g LEFT JOIN answered d ON d.account = g.account AND d.region = g.region
  WHERE g.region <> 'global' AND d.account IS NULL)
SELECT o.uid AS resource,
       CASE WHEN f.id IS NOT NULL THEN 'pass'
            WHEN EXISTS (SELECT 1 FROM answered) AND u.region IS NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'an aggregator of the organization for all Regions' AS expected,
       coalesce(f.id, 'config:DescribeConfigurationAggregators was not read everywhere: ' || u.region, iif(EXISTS (SELECT 1 FROM answered), 'none', 'config:DescribeConfigurationAggregators was not read')) AS value
FROM reeve_organization o CROSS JOIN found f CROSS JOIN unasked u
