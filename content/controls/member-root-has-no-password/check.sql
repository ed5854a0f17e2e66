-- The summary and the credential report may both tell, and where they differ one of them is out of date; an account whose place in
-- the organization is not known may be the management account.
WITH seen AS (
  SELECT r.uid, r.account, r.password_present, coalesce(r.password_present, r.password_enabled) AS password,
         r.password_present = 0 AND r.password_enabled = 1 AS contradicted
  FROM reeve_account_root r)
SELECT r.uid AS resource,
       CASE WHEN a.management = 1 THEN 'not_applicable'
            WHEN a.management IS NULL THEN 'unknown'
            WHEN r.contradicted THEN 'unknown'
            WHEN r.password = 0 THEN 'pass'
            WHEN r.password = 1 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       iif(r.password_present IS NULL, 'Observed.PasswordEnabled', 'Properties.PasswordPresent') AS path,
       'no password' AS expected,
       CASE WHEN a.management IS NULL THEN 'organizations:ListAccounts was not read'
            WHEN r.contradicted THEN 'iam:GetAccountSummary tells of none, iam:GetCredentialReport of one'
            WHEN r.password = 1 THEN 'a password'
            WHEN r.password = 0 THEN 'none'
            ELSE 'iam:GetAccountSummary did not tell' END AS value
FROM seen r LEFT JOIN accounts a ON a.account = r.account
