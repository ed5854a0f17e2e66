-- Regions that are on by default cannot be switched off. What every account has in every Region is no use of it; nothing found counts
-- as nothing there only if what people start first was asked for in that Region.
WITH asked(operation) AS (VALUES ('ec2:DescribeInstances'), ('lambda:ListFunctions'), ('rds:DescribeDBInstances')),
opted AS (SELECT s.uid, s.account, o.value AS region FROM reeve_account_settings s, json_each(s.opt_in_regions) o),
used AS (
  SELECT DISTINCT account, region FROM resources
  WHERE born = 1 AND type NOT LIKE 'Reeve::%' AND type NOT LIKE 'AWS::Config::%' AND type NOT LIKE 'AWS::IAM::%'
      AND type NOT IN ('AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::RouteTable', 'AWS::EC2::InternetGateway',
      'AWS::EC2::NetworkAcl', 'AWS::EC2::SecurityGroup', 'AWS::KMS::Key', 'AWS::KMS::Alias', 'AWS::CloudTrail::Trail',
      'AWS::Events::Rule', 'AWS::Logs::LogGroup', 'AWS::CloudFormation::Stack', 'AWS::GuardDuty::Detector',
      'AWS::SecurityHub::Hub', 'AWS::AccessAnalyzer::Analyzer')),
answered AS (
  SELECT account, region, count(DISTINCT operation) AS answers FROM reads
  WHERE status = 'ok' AND operation IN (SELECT operation FROM asked) GROUP BY account, region),
judged AS (
  SELECT o.uid, min(iif(u.region IS NULL AND d.answers = 3, o.region, NULL)) AS idle,
      min(iif(u.region IS NULL AND coalesce(d.answers, 0) < 3, o.region, NULL)) AS unseen, count(*) AS regions
  FROM opted o LEFT JOIN used u ON u.account = o.account AND u.region = o.region
      LEFT JOIN answered d ON d.account = o.account AND d.region = o.region
  GROUP BY o.uid)
SELECT s.uid AS resource,
       CASE WHEN j.idle IS NOT NULL THEN 'fail'
            WHEN j.unseen IS NOT NULL OR json_extract(s.unknown, '$.opt_in_regions') IS NOT NULL THEN 'unknown'
            ELSE 'pass' END AS verdict,
       'Observed.OptInRegions' AS path,
       'something in each Region that is opted into' AS expected,
       CASE WHEN j.idle IS NOT NULL THEN 'nothing in ' || j.idle
            WHEN j.unseen IS NOT NULL THEN j.unseen || ' was not read'
            ELSE coalesce(json_extract(s.unknown, '$.opt_in_regions'), coalesce(j.regions, 0) || ' opted into') END AS value
FROM reeve_account_settings s LEFT JOIN judged j ON j.uid = s.uid
