-- The account summary first, else the credential report. A root user whose password was removed has nothing a second factor
-- could guard;
-- that has to be known, an unread password excuses nothing.
WITH seen AS (SELECT uid, mfa_enabled IS NULL AS by_report, coalesce(mfa_enabled, mfa_active) AS mfa, coalesce(password_present,
    password_enabled) AS password
              FROM reeve_account_root)
SELECT uid AS resource,
       CASE WHEN mfa = 1 THEN 'pass'
            WHEN password = 0 THEN 'pass'
            WHEN mfa = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       iif(by_report, 'Observed.MfaActive', 'Properties.MfaEnabled') AS path,
       'a second factor' AS expected,
       CASE WHEN mfa = 1 THEN 'a second factor' WHEN password = 0 THEN 'no password' WHEN mfa = 0 THEN 'none'
            ELSE 'neither iam:GetAccountSummary nor iam:GetCredentialReport told' END AS value
FROM seen
