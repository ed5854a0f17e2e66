-- Nothing found counts as nothing there only if every Region that was seen answered for every kind.
WITH asked(operation) AS (VALUES ('ec2:DescribeInstances'), ('rds:DescribeDBInstances'), ('ecs:ListClusters'),
    ('eks:ListClusters')),
seen AS (
  SELECT s.uid, a.management,
         (SELECT r.type || ' ' || r.id FROM resources r
          WHERE r.account = s.account AND r.born = 1
            AND r.type IN ('AWS::EC2::Instance', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster', 'AWS::ECS::Cluster',
                'AWS::EKS::Cluster')
          ORDER BY r.uid LIMIT 1) AS found,
         (SELECT count(*) FROM regions g WHERE g.account = s.account) AS areas,
         (SELECT q.operation || ' in ' || g.region FROM regions g CROSS JOIN asked q
          WHERE g.account = s.account AND NOT EXISTS (
            SELECT 1 FROM reads d WHERE d.account = g.account AND d.region = g.region AND d.operation = q.operation
                AND d.status = 'ok')
          ORDER BY g.region, q.operation LIMIT 1) AS missing
  FROM reeve_account_settings s LEFT JOIN accounts a ON a.account = s.account)
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
