-- A unit is an instance that is not terminated, a function, or a task that runs in a cluster without instances of its own. The
-- units count
-- only if every Region that was seen answered for instances and for functions.
WITH asked(operation) AS (VALUES ('ec2:DescribeInstances'), ('lambda:ListFunctions')),
counted AS (
  SELECT s.uid,
         (SELECT count(*) FROM aws_ec2_instance i WHERE i.account = s.account AND i.state IS NOT 'terminated') AS servers,
         (SELECT count(*) FROM aws_lambda_function f WHERE f.account = s.account) AS functions,
         (SELECT coalesce(sum(c.running_tasks), 0) FROM aws_ecs_cluster c WHERE c.account = s.account
             AND c.container_instances = 0) AS tasks,
         (SELECT count(*) FROM regions g WHERE g.account = s.account) AS areas,
         (SELECT q.operation || ' in ' || g.region FROM regions g CROSS JOIN asked q
          WHERE g.account = s.account AND NOT EXISTS (
            SELECT 1 FROM reads d WHERE d.account = g.account AND d.region = g.region AND d.operation = q.operation
                AND d.status = 'ok')
          ORDER BY g.region, q.operation LIMIT 1) AS missing
  FROM reeve_account_settings s)
SELECT uid AS resource,
       CASE WHEN areas = 0 OR missing IS NOT NULL THEN 'unknown'
            WHEN servers + functions + tasks = 0 THEN 'not_applicable'
            WHEN 100 * (functions + tasks) >= 50 * (servers + functions + tasks) THEN 'pass'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       '50 % of the units or more without a server of one''s own' AS expected,
       iif(missing IS NOT NULL, missing || ' was not read', (functions + tasks) || ' of ' || (servers + functions + tasks))
           AS value
FROM counted
