WITH members AS (
  SELECT m.id, r.password_present + r.access_keys_present + r.signing_certificates_present AS credentials,
         coalesce(r.password_present, 0) + coalesce(r.access_keys_present, 0) + coalesce(r.signing_certificates_present,
             0) AS at_least
  FROM aws_organizations_account m
  JOIN reeve_organization o ON m.id <> o.management_account
  LEFT JOIN reeve_account_root r ON r.account = m.id
  WHERE m.state = 'ACTIVE'),
counted AS (
  SELECT o.uid, (SELECT count(*) FROM members) AS members, (SELECT count(*) FROM members
      WHERE at_least > 0) AS bad, (SELECT count(credentials) FROM members) AS known
  FROM reeve_organization o)
SELECT uid AS resource,
       CASE WHEN bad > 0 THEN 'fail'
            WHEN members > 0 AND known = members THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'no member root user with a credential' AS expected,
       iif(members = 0, 'organizations:ListAccounts was not read', bad || ' of ' || members || ' have one, '
           || (members - known) || ' not read') AS value
FROM counted
