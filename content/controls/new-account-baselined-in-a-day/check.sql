-- CloudFormation names the stacks of a stack set StackSet-…; the first of them in the account from its joining on is when its
-- baseline began; one from before, ten minutes for the clocks aside, is of another organization.
WITH new AS (
  SELECT m.uid, m.id AS account, m.joined, days_since(m.joined) AS ago, a.management FROM aws_organizations_account m
  LEFT JOIN accounts a ON a.account = m.id WHERE m.state = 'ACTIVE'),
first AS (
  SELECT s.account, min(s.created) AS created FROM new n JOIN aws_cloudformation_stack s ON s.account = n.account
  WHERE n.ago <= 365 AND s.name LIKE 'StackSet-%' AND julianday(s.created) >= julianday(n.joined) - 10 / 1440.0
  GROUP BY s.account),
told AS (SELECT DISTINCT account, region FROM reads WHERE operation IN ('cloudformation:DescribeStacks', 'cloudformation:ListStacks') AND status = 'ok'),
gaps AS (
  SELECT g.account, min(iif(t.account IS NULL, g.region, NULL)) AS missing FROM regions g
  LEFT JOIN told t ON t.account = g.account AND t.region = g.region WHERE g.region <> 'global' GROUP BY g.account)
SELECT n.uid AS resource,
       CASE WHEN n.management = 1 OR n.ago > 365 THEN 'not_applicable'
            WHEN n.ago IS NULL OR n.management IS NULL THEN 'unknown'
            WHEN julianday(f.created) - julianday(n.joined) <= 1 THEN 'pass'
            WHEN n.ago < 1 AND f.created IS NULL THEN 'not_applicable'
            WHEN g.account IS NOT NULL AND g.missing IS NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Properties.JoinedTimestamp' AS path,
       'a baseline stack within a day of joining' AS expected,
       CASE WHEN n.ago IS NULL THEN 'when it joined was not read'
            WHEN julianday(f.created) - julianday(n.joined) <= 1 OR (g.missing IS NULL AND f.created IS NOT NULL)
                THEN 'joined ' || n.joined || ', first stack ' || f.created
            WHEN g.account IS NULL THEN 'the account was not read'
            WHEN g.missing IS NOT NULL THEN 'cloudformation:DescribeStacks was not read in ' || g.missing
            ELSE 'none since ' || n.joined END AS value
FROM new n LEFT JOIN first f ON f.account = n.account LEFT JOIN gaps g ON g.account = n.account
