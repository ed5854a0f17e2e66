SELECT m.uid AS resource,
       CASE WHEN m.id = o.management_account THEN 'not_applicable'
            WHEN m.joined_method = 'CREATED' THEN 'pass'
            WHEN m.joined_method IS NOT NULL AND o.management_account IS NOT NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Properties.JoinedMethod' AS path,
       'CREATED' AS expected,
       coalesce(m.joined_method, json_extract(m.unknown, '$.joined_method'), 'the list of accounts does not say how it joined') AS value
FROM aws_organizations_account m LEFT JOIN reeve_organization o ON o.management_account IS NOT NULL
WHERE m.state IS NOT 'SUSPENDED'
