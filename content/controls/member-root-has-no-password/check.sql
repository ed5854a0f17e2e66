-- The summary and the credential report may both tell; an account whose place in the organization is not known may be the
-- management account.
SELECT r.uid AS resource,
       CASE WHEN a.management = 1 THEN 'not_applicable'
            WHEN a.management IS NULL THEN 'unknown'
            WHEN coalesce(r.password_present, r.password_enabled) = 0 THEN 'pass'
            WHEN coalesce(r.password_present, r.password_enabled) = 1 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       iif(r.password_present IS NULL, 'Observed.PasswordEnabled', 'Properties.PasswordPresent') AS path,
       'no password' AS expected,
       CASE WHEN a.management IS NULL THEN 'organizations:ListAccounts was not read'
            WHEN coalesce(r.password_present, r.password_enabled) = 1 THEN 'a password'
            WHEN coalesce(r.password_present, r.password_enabled) = 0 THEN 'none'
            ELSE 'iam:GetAccountSummary did not tell' END AS value
FROM reeve_account_root r LEFT JOIN accounts a ON a.account = r.account
