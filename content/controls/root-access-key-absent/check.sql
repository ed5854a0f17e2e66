-- The account summary counts the keys, inactive ones included; the credential report tells of a key that is active or has a day on
-- which it was made. Where the summary counts none and the report tells of one, one of them is out of date.
WITH seen AS (
  SELECT uid, access_keys_present AS counted,
         coalesce(access_key_1_active, 0) + coalesce(access_key_2_active, 0) > 0
             OR days_since(access_key_1_last_rotated) IS NOT NULL
           OR days_since(access_key_2_last_rotated) IS NOT NULL AS reported,
         access_key_1_active + access_key_2_active IS NOT NULL AS report
  FROM reeve_account_root)
SELECT uid AS resource,
       CASE WHEN counted = 1 THEN 'fail'
            WHEN counted = 0 AND reported THEN 'unknown'
            WHEN counted = 0 THEN 'pass'
            WHEN reported THEN 'fail'
            WHEN report THEN 'pass'
            ELSE 'unknown' END AS verdict,
       iif(counted IS NULL AND report, 'Observed.AccessKey1Active', 'Properties.AccessKeysPresent') AS path,
       'no access key' AS expected,
       CASE WHEN counted = 0 AND reported THEN 'iam:GetAccountSummary counts none, iam:GetCredentialReport tells of one'
            WHEN counted IS NULL AND NOT report
           AND NOT reported THEN 'neither iam:GetAccountSummary nor iam:GetCredentialReport told'
            WHEN counted = 1 OR (counted IS NULL AND reported) THEN 'a key' ELSE 'none' END AS value
FROM seen
