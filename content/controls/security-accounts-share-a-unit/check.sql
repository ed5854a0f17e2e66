-- Names say nothing: the log archive is the account that owns the bucket of an organization trail, the tooling the account to which
-- security services are delegated, and a unit of security is one below the root that holds both.
WITH RECURSIVE security(principal) AS (VALUES ('guardduty.amazonaws.com'), ('securityhub.amazonaws.com'), ('config.amazonaws.com'),
    ('access-analyzer.amazonaws.com'), ('inspector2.amazonaws.com'), ('macie.amazonaws.com'), ('detective.amazonaws.com')),
above(account, node, parent) AS (
  SELECT id, id, parent FROM aws_organizations_account
  UNION SELECT a.account, u.id, u.parent FROM above a JOIN aws_organizations_organizationalunit u ON u.id = a.parent),
top AS (SELECT account, node AS unit FROM above WHERE node LIKE 'ou-%' AND parent LIKE 'r-%'),
trail AS (SELECT DISTINCT bucket FROM aws_cloudtrail_trail WHERE organization_trail = 1 AND bucket IS NOT NULL),
archive AS (SELECT DISTINCT b.account FROM trail t JOIN aws_s3_bucket b ON b.id = t.bucket),
tooling AS (
  SELECT DISTINCT m.id AS account FROM aws_organizations_account m, json_each(m.delegated_services) d
  WHERE d.value IN (SELECT principal FROM security)),
pair AS (
  SELECT min(r.account || ' keeps the logs, ' || t.account || ' the tools') AS found
  FROM archive r JOIN tooling t ON t.account <> r.account JOIN top a ON a.account = r.account
      JOIN top b ON b.account = t.account AND b.unit = a.unit),
seen AS (
  SELECT o.uid, o.delegated_administrators AS admins, p.found, (SELECT min(account) FROM archive) AS archive,
      (SELECT min(account) FROM tooling) AS tooling, (SELECT count(*) FROM trail) AS trails,
      (SELECT count(*) FROM aws_organizations_account m WHERE m.parent IS NULL) AS astray,
      (SELECT count(*) FROM json_each(o.delegated_administrators) d JOIN aws_organizations_account m ON m.id = d.value
          WHERE m.delegated_services IS NULL) AS unread
  FROM reeve_organization o CROSS JOIN pair p)
SELECT uid AS resource,
       CASE WHEN found IS NOT NULL THEN 'pass'
            WHEN admins IS NOT NULL AND unread = 0 AND tooling IS NULL THEN 'fail'
            WHEN archive IS NOT NULL AND tooling IS NOT NULL AND astray = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Observed.DelegatedAdministrators' AS path,
       'a log archive and a security tooling account, in one unit below the root' AS expected,
       CASE WHEN found IS NOT NULL THEN found
            WHEN admins IS NULL THEN 'organizations:ListDelegatedAdministrators was not read'
            WHEN unread > 0 THEN 'organizations:ListDelegatedServicesForAccount was not read'
            WHEN tooling IS NULL THEN 'no security service is delegated'
            WHEN trails = 0 THEN 'no organization trail was read'
            WHEN archive IS NULL THEN 'whose bucket the trail writes to was not read'
            WHEN archive = tooling THEN archive || ' is both'
            WHEN astray > 0 THEN 'the units above the accounts were not read'
            ELSE archive || ' and ' || tooling || ' share no unit' END AS value
FROM seen
