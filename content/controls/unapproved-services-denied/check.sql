-- Asked of a service that stands on no list because there is none of that name.
WITH asked(actions, principal) AS (VALUES ('service-on-no-list:AnyAction', 'any'))
SELECT s.uid AS resource, scp_verdict(s.account, q.actions, q.principal) AS verdict, NULL AS path,
       'service control policies that leave nothing but a list of services' AS expected,
       replace(scp_value(s.account, q.actions, q.principal), q.actions, 'what is on no list') AS value
FROM reeve_account_settings s CROSS JOIN asked q
