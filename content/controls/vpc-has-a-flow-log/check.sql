-- Logs of single subnets or interfaces do not stand for the network.
WITH logs AS (SELECT account, region, resource, max(status = 'ACTIVE') AS active FROM aws_ec2_flowlog GROUP BY account, region,
    resource),
answered AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'ec2:DescribeFlowLogs' AND status = 'ok')
SELECT v.uid AS resource,
       CASE WHEN l.active = 1 THEN 'pass'
            WHEN d.account IS NOT NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'an active flow log' AS expected,
       CASE WHEN l.active = 1 THEN 'active' WHEN l.active = 0 THEN 'one that does not deliver'
           WHEN d.account IS NOT NULL THEN 'none'
            ELSE 'ec2:DescribeFlowLogs was not read' END AS value
FROM aws_ec2_vpc v LEFT JOIN logs l ON l.account = v.account AND l.region = v.region AND l.resource = v.id
LEFT JOIN answered d ON d.account = v.account AND d.region = v.region
