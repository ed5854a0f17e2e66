WITH found AS (SELECT account, region, min(id) AS classic FROM aws_elasticloadbalancing_loadbalancer GROUP BY account, region),
answers AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'elb:DescribeLoadBalancers' AND status = 'ok'),
seen AS (
  SELECT s.uid, f.classic, d.account IS NOT NULL AS answered
  FROM reeve_region_settings s LEFT JOIN found f ON f.account = s.account AND f.region = s.region
  LEFT JOIN answers d ON d.account = s.account AND d.region = s.region)
SELECT uid AS resource,
       CASE WHEN classic IS NOT NULL THEN 'fail'
            WHEN answered THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'no Classic Load Balancer' AS expected,
       coalesce(classic, iif(answered, 'none', 'elb:DescribeLoadBalancers was not read')) AS value
FROM seen
