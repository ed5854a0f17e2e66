-- A unit is an instance that is not terminated, a function, or a task that runs in a cluster without instances of its own. The
-- units count
-- only if every Region that was seen answered for instances and for functions.
WITH asked(operation) AS (VALUES ('ec2:DescribeInstances'), ('lambda:ListFunctions')),
units AS (
  SELECT account, 1 AS server, 0 AS serverless FROM aws_ec2_instance WHERE state IS NOT 'terminated'
  UNION ALL SELECT account, 0, 1 FROM aws_lambda_function
  UNION ALL SELECT account, 0, running_tasks FROM aws_ecs_cluster WHERE container_instances = 0),
sums AS (SELECT account, sum(server) AS servers, sum(serverless) AS serverless FROM units GROUP BY account),
answered AS (SELECT DISTINCT account, region, operation FROM reads WHERE status = 'ok' AND operation IN (SELECT operation
    FROM asked)),
areas AS (
  SELECT g.account, count(*) AS asked_for, min(iif(d.account IS NULL, q.operation || ' in ' || g.region, NULL)) AS missing
  FROM regions g CROSS JOIN asked q LEFT JOIN answered d ON d.account = g.account AND d.region = g.region
      AND d.operation = q.operation
  WHERE g.region <> 'global'
  GROUP BY g.account),
counted AS (
  SELECT s.uid, coalesce(u.servers, 0) AS servers, coalesce(u.serverless, 0) AS serverless, coalesce(r.asked_for, 0) AS areas,
      r.missing
  FROM reeve_account_settings s LEFT JOIN sums u ON u.account = s.account LEFT JOIN areas r ON r.account = s.account)
SELECT uid AS resource,
       CASE WHEN areas = 0 OR missing IS NOT NULL THEN 'unknown'
            WHEN servers + serverless = 0 THEN 'not_applicable'
            WHEN 100 * serverless >= 50 * (servers + serverless) THEN 'pass'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       '50 % of the units or more without a server of one''s own' AS expected,
       CASE WHEN areas = 0 THEN 'no Region of the account was read' WHEN missing IS NOT NULL THEN missing || ' was not read'
            ELSE serverless || ' of ' || (servers + serverless) END AS value
FROM counted
