WITH security(principal) AS (VALUES ('guardduty.amazonaws.com'), ('securityhub.amazonaws.com'), ('inspector2.amazonaws.com'),
    ('macie.amazonaws.com'), ('detective.amazonaws.com'), ('access-analyzer.amazonaws.com')),
held AS (
  SELECT m.id AS account, d.value AS service FROM aws_organizations_account m, json_each(m.delegated_services) d
  WHERE d.value IN (SELECT principal FROM security)),
counted AS (
  SELECT o.uid, (SELECT count(DISTINCT account) FROM held) AS accounts, (SELECT group_concat(DISTINCT account) FROM held) AS named,
      (SELECT count(DISTINCT service) FROM held) AS services,
      (SELECT count(*) FROM json_each(o.delegated_administrators) a LEFT JOIN aws_organizations_account m ON m.id = a.value
          WHERE m.delegated_services IS NULL) AS unread
  FROM reeve_organization o)
SELECT uid AS resource,
       CASE WHEN accounts > 1 THEN 'fail'
            WHEN unread > 0 THEN 'unknown'
            WHEN accounts = 1 THEN 'pass'
            ELSE 'not_applicable' END AS verdict,
       'Observed.DelegatedAdministrators' AS path,
       'one account' AS expected,
       CASE WHEN accounts > 1 THEN named
            WHEN unread > 0 THEN 'organizations:ListDelegatedServicesForAccount was not read'
            WHEN accounts = 1 THEN named || ' administers ' || services
            ELSE 'none is delegated' END AS value
FROM counted
