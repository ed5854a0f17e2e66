-- Nothing found counts as nothing there only if every Region that was seen answered for every kind.
WITH asked(operation) AS (VALUES ('ec2:DescribeInstances'), ('rds:DescribeDBInstances'), ('ecs:ListClusters'), ('eks:ListClusters')),
workload AS (
  SELECT account, min(type || ' ' || id) AS found FROM resources
  WHERE born = 1 AND type IN ('AWS::EC2::Instance', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster', 'AWS::ECS::Cluster', 'AWS::EKS::Cluster')
  GROUP BY account),
answered AS (SELECT DISTINCT account, region, operation FROM reads WHERE status = 'ok' AND operation IN (SELECT operation FROM asked)),
areas AS (
  SELECT g.account, min(iif(d.account IS NULL, q.operation || ' in ' || g.region, NULL)) AS missing
  FROM regions g CROSS JOIN asked q LEFT JOIN answered d ON d.account = g.account AND d.region = g.region AND d.operation = q.operation
  WHERE g.region <> 'global' GROUP BY g.account)
SELECT p.uid AS resource,
       CASE WHEN w.found IS NOT NULL THEN 'fail'
            WHEN r.account IS NOT NULL AND r.missing IS NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.Name' AS path,
       'no instance, database or cluster in its account' AS expected,
       coalesce(w.found, r.missing || ' was not read', 'none') AS value
FROM aws_codepipeline_pipeline p LEFT JOIN workload w ON w.account = p.account LEFT JOIN areas r ON r.account = p.account
