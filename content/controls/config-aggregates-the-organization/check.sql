SELECT o.uid AS resource,
       CASE WHEN EXISTS (SELECT 1 FROM aws_config_configurationaggregator a WHERE a.organization_all_regions = 1) THEN 'pass'
            WHEN EXISTS (SELECT 1 FROM reads d WHERE d.operation = 'config:DescribeConfigurationAggregators'
                AND d.status = 'ok')
             AND NOT EXISTS (SELECT 1 FROM reads d WHERE d.operation = 'config:DescribeConfigurationAggregators'
                 AND d.status <> 'ok') THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'an aggregator of the organization for all Regions' AS expected,
       coalesce((SELECT min(a.id) FROM aws_config_configurationaggregator a WHERE a.organization_all_regions = 1),
                'config:DescribeConfigurationAggregators names none, or was not read everywhere') AS value
FROM reeve_organization o
