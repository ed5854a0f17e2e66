-- The account summary counts the certificates; where it was not read the credential report tells which are active. Where the summary
-- counts none and the report tells of one, one of them is out of date.
WITH seen AS (SELECT uid, signing_certificates_present IS NULL AS by_report, coalesce(signing_certificates_present,
    max(cert_1_active, cert_2_active)) AS certificate,
    signing_certificates_present = 0 AND (cert_1_active = 1 OR cert_2_active = 1) AS contradicted
              FROM reeve_account_root)
SELECT uid AS resource,
       CASE WHEN certificate = 1 THEN 'fail'
            WHEN contradicted THEN 'unknown'
            WHEN certificate = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       iif(by_report, 'Observed.Cert1Active', 'Properties.SigningCertificatesPresent') AS path,
       'no signing certificate' AS expected,
       CASE WHEN contradicted THEN 'iam:GetAccountSummary counts none, iam:GetCredentialReport tells of one'
           WHEN certificate = 1 THEN 'a certificate' WHEN certificate = 0 THEN 'none'
           ELSE 'neither iam:GetAccountSummary nor iam:GetCredentialReport told' END AS value
FROM seen
