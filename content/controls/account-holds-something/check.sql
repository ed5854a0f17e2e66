-- Nothing found counts as nothing there only if every Region that was seen answered for what people start first.
WITH asked(operation) AS (VALUES ('ec2:DescribeInstances'), ('lambda:ListFunctions'), ('rds:DescribeDBInstances'),
    ('dynamodb:ListTables'), ('cloudformation:DescribeStacks')),
held AS (
  SELECT s.account, EXISTS (
  SELECT 1 FROM resources r
  WHERE r.account = s.account AND born = 1 AND type NOT LIKE 'Reeve::%' AND type NOT LIKE 'AWS::Config::%'
      AND type NOT LIKE 'AWS::IAM::%'
      AND type NOT LIKE 'AWS::Organizations::%' AND (type <> 'AWS::CloudFormation::Stack' OR name NOT LIKE 'StackSet-%')
      AND type NOT IN ('AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::RouteTable', 'AWS::EC2::InternetGateway',
      'AWS::EC2::NetworkAcl', 'AWS::EC2::SecurityGroup', 'AWS::KMS::Key', 'AWS::KMS::Alias', 'AWS::CloudTrail::Trail',
      'AWS::Events::Rule', 'AWS::Logs::LogGroup', 'AWS::GuardDuty::Detector',
      'AWS::SecurityHub::Hub', 'AWS::AccessAnalyzer::Analyzer')) AS any FROM reeve_account_settings s),
answered AS (SELECT DISTINCT account, region, operation FROM reads WHERE status = 'ok' AND operation IN (SELECT operation FROM asked)),
buckets AS (SELECT DISTINCT account FROM reads WHERE status = 'ok' AND operation = 's3:ListBuckets'),
areas AS (
  SELECT g.account, count(*) AS asked_for, min(iif(d.account IS NULL, q.operation || ' in ' || g.region, NULL)) AS missing
  FROM regions g CROSS JOIN asked q LEFT JOIN answered d ON d.account = g.account AND d.region = g.region
      AND d.operation = q.operation
  WHERE g.region <> 'global' GROUP BY g.account)
SELECT s.uid AS resource,
       CASE WHEN h.any THEN 'pass'
            WHEN r.asked_for > 0 AND r.missing IS NULL AND b.account IS NOT NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a resource of its own' AS expected,
       CASE WHEN h.any THEN 'at least one'
            WHEN r.missing IS NOT NULL THEN r.missing || ' was not read'
            WHEN b.account IS NULL THEN 's3:ListBuckets was not read'
            ELSE 'nothing' END AS value
FROM reeve_account_settings s LEFT JOIN held h ON h.account = s.account LEFT JOIN areas r ON r.account = s.account
    LEFT JOIN buckets b ON b.account = s.account
