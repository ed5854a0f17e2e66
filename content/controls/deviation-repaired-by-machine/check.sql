WITH repairs AS (SELECT account, region, max(automatic = 1) AS automatic
    FROM aws_config_remediationconfiguration GROUP BY account, region),
answered AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'config:DescribeRemediationConfigurations'
    AND status = 'ok')
SELECT s.uid AS resource,
       CASE WHEN r.automatic = 1 THEN 'pass'
            WHEN d.account IS NOT NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'an automatic remediation' AS expected,
       CASE WHEN r.automatic = 1 THEN 'one' WHEN d.account IS NOT NULL THEN 'none'
           ELSE 'config:DescribeRemediationConfigurations was not read' END AS value
FROM reeve_region_settings s LEFT JOIN repairs r ON r.account = s.account AND r.region = s.region
LEFT JOIN answered d ON d.account = s.account AND d.region = s.region
