-- The account summary counts the certificates; where it was not read the credential report tells which are active.
WITH seen AS (SELECT uid, signing_certificates_present IS NULL AS by_report, coalesce(signing_certificates_present,
    max(cert_1_active, cert_2_active)) AS certificate
              FROM reeve_account_root)
SELECT uid AS resource,
       CASE WHEN certificate = 1 THEN 'fail'
            WHEN certificate = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       iif(by_report, 'Observed.Cert1Active', 'Properties.SigningCertificatesPresent') AS path,
       'no signing certificate' AS expected,
       CASE certificate WHEN 1 THEN 'a certificate' WHEN 0 THEN 'none'
           ELSE 'neither iam:GetAccountSummary nor iam:GetCredentialReport told' END AS value
FROM seen
