SELECT m.uid AS resource,
       CASE WHEN m.id = o.management_account THEN 'not_applicable'
            WHEN m.parent LIKE 'ou-%' THEN 'pass'
            WHEN m.parent LIKE 'r-%' AND o.management_account IS NOT NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Observed.ParentId' AS path,
       'an organizational unit' AS expected,
       coalesce(m.parent, json_extract(m.unknown, '$.parent'), 'the list of accounts does not name its parent') AS value
FROM aws_organizations_account m LEFT JOIN reeve_organization o ON o.management_account IS NOT NULL
WHERE m.state IS NOT 'SUSPENDED'
