WITH counted AS (
  SELECT o.uid, json_extract(o.unknown, '$.management_account') AS unread,
         (SELECT count(*) FROM aws_organizations_account) AS listed,
         (SELECT count(*) FROM aws_organizations_account m WHERE m.state = 'ACTIVE' AND m.id <> o.management_account) AS members
  FROM reeve_organization o)
SELECT uid AS resource,
       CASE WHEN listed = 0 OR unread IS NOT NULL THEN 'unknown'
            WHEN members >= 2 THEN 'pass'
            ELSE 'fail' END AS verdict,
       'Properties.ManagementAccountId' AS path,
       'two or more active accounts besides the management account' AS expected,
       iif(listed = 0, 'organizations:ListAccounts was not read', members || ' active') AS value
FROM counted
