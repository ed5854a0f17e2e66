-- The account summary first, else the credential report; where the summary tells of a second factor and the report of none, one of
-- them is out of date. A root user without a password has nothing that a second factor could guard; that has to be known, an unread
-- password excuses nothing.
WITH seen AS (SELECT uid, mfa_enabled IS NULL AS by_report, coalesce(mfa_enabled, mfa_active) AS mfa,
      mfa_enabled = 1 AND mfa_active = 0 AS contradicted,
      max(coalesce(password_present, password_enabled), coalesce(password_enabled, password_present)) AS password
              FROM reeve_account_root)
SELECT uid AS resource,
       CASE WHEN password = 0 THEN 'pass'
            WHEN contradicted THEN 'unknown'
            WHEN mfa = 1 THEN 'pass'
            WHEN mfa = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       iif(by_report, 'Observed.MfaActive', 'Properties.MfaEnabled') AS path,
       'a second factor' AS expected,
       CASE WHEN contradicted AND password IS NOT 0 THEN 'iam:GetAccountSummary tells of one, iam:GetCredentialReport of none'
            WHEN mfa = 1 THEN 'a second factor' WHEN password = 0 THEN 'no password' WHEN mfa = 0 THEN 'none'
            ELSE 'neither iam:GetAccountSummary nor iam:GetCredentialReport told' END AS value
FROM seen
