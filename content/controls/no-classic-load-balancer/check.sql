WITH seen AS (
  SELECT s.uid, (SELECT min(b.id) FROM aws_elasticloadbalancing_loadbalancer b WHERE b.account = s.account
      AND b.region = s.region) AS classic,
         EXISTS (SELECT 1 FROM reads d WHERE d.account = s.account AND d.region = s.region
             AND d.operation = 'elb:DescribeLoadBalancers' AND d.status = 'ok') AS answered
  FROM reeve_region_settings s)
SELECT uid AS resource,
       CASE WHEN classic IS NOT NULL THEN 'fail'
            WHEN answered THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'no Classic Load Balancer' AS expected,
       coalesce(classic, iif(answered, 'none', 'elb:DescribeLoadBalancers was not read')) AS value
FROM seen
