-- Nothing found counts as nothing there only if every Region that was seen answered for every kind.
WITH asked(operation) AS (VALUES ('ec2:DescribeInstances'), ('rds:DescribeDBInstances'), ('ecs:ListClusters'),
    ('eks:ListClusters')),
workload AS (
  SELECT account, min(type || ' ' || id) AS found FROM resources
  WHERE born = 1 AND type IN ('AWS::EC2::Instance', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster', 'AWS::ECS::Cluster',
      'AWS::EKS::Cluster')
  GROUP BY account),
answered AS (SELECT DISTINCT account, region, operation FROM reads WHERE status = 'ok' AND operation IN (SELECT operation
    FROM asked)),
areas AS (
  SELECT g.account, count(*) AS asked_for, min(iif(d.account IS NULL, q.operation || ' in ' || g.region, NULL)) AS missing
  FROM regions g CROSS JOIN asked q LEFT JOIN answered d ON d.account = g.account AND d.region = g.region
      AND d.operation = q.operation
  WHERE g.region <> 'global'
  GROUP BY g.account),
seen AS (
  SELECT s.uid, a.management, w.found, coalesce(r.asked_for, 0) AS areas, r.missing
  FROM reeve_account_settings s LEFT JOIN accounts a ON a.account = s.account LEFT JOIN workload w ON w.account = s.account
  LEFT JOIN areas r ON r.account = s.account)
SELECT uid AS resource,
       CASE WHEN management = 0 THEN 'not_applicable'
            WHEN management IS NULL THEN 'unknown'
            WHEN found IS NOT NULL THEN 'fail'
            WHEN areas > 0 AND missing IS NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'no instance, database or cluster' AS expected,
       CASE WHEN management IS NULL THEN 'organizations:DescribeOrganization was not read'
            WHEN found IS NOT NULL THEN found
            WHEN missing IS NOT NULL THEN missing || ' was not read'
            ELSE 'none' END AS value
FROM seen
