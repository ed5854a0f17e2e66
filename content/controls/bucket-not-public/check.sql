-- RestrictPublicBuckets keeps strangers out whatever the policy says; it counts only where it was read.
WITH judged AS (
  SELECT b.uid, b.policy, json_extract(b.unknown, '$.policy') AS unread,
         policy_public(b.policy, b.uid, b.account) AS strangers, policy_public_at(b.policy, b.uid, b.account) AS place,
         json_extract(b.public_access_block, '$.RestrictPublicBuckets') AS own_block,
         s.restrict_public_buckets AS account_block
  FROM aws_s3_bucket b LEFT JOIN (SELECT account, restrict_public_buckets
      FROM reeve_account_settings) s ON s.account = b.account)
SELECT uid AS resource,
       CASE WHEN own_block = 1 THEN 'pass'
            WHEN account_block = 1 THEN 'pass'
            WHEN policy IS NULL AND unread IS NULL THEN 'pass'
            WHEN strangers = 1 THEN 'fail'
            WHEN strangers = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       iif(own_block = 1, 'Properties.PublicAccessBlockConfiguration', 'Observed.Policy') AS path,
       'no statement that admits strangers, or RestrictPublicBuckets on' AS expected,
       CASE WHEN own_block = 1 THEN 'RestrictPublicBuckets of the bucket'
            WHEN account_block = 1 THEN 'RestrictPublicBuckets of the account'
            ELSE coalesce(place, unread, iif(policy IS NULL, 'no policy', 'bounded')) END AS value
FROM judged
