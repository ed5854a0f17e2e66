-- Ownership by the bucket's owner switches access lists off; IgnorePublicAcls, of the bucket or of the account, leaves the list
-- standing and grants to groups of strangers without effect.
WITH judged AS (
  SELECT b.uid, b.grants, json_extract(b.unknown, '$.grants') AS unread,
         json_extract(b.ownership, '$.Rules[0].ObjectOwnership') = 'BucketOwnerEnforced' AS off,
         json_extract(b.public_access_block, '$.IgnorePublicAcls') AS own_block, s.ignore_public_acls AS account_block,
         (SELECT json_extract(g.value, '$.Permission') || ' to ' || replace(json_extract(g.value, '$.Grantee.URI'), 'http://acs.amazonaws.com/groups/global/', '')
          FROM json_each(b.grants) g WHERE json_extract(g.value, '$.Grantee.URI') LIKE '%/groups/global/AllUsers'
            OR json_extract(g.value, '$.Grantee.URI') LIKE '%/groups/global/AuthenticatedUsers' LIMIT 1) AS stranger
  FROM aws_s3_bucket b LEFT JOIN (SELECT account, ignore_public_acls FROM reeve_account_settings) s ON s.account = b.account)
SELECT uid AS resource,
       CASE WHEN off THEN 'pass'
            WHEN own_block = 1 THEN 'pass'
            WHEN account_block = 1 THEN 'pass'
            WHEN stranger IS NOT NULL THEN 'fail'
            WHEN grants IS NOT NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE WHEN off THEN 'Properties.OwnershipControls' WHEN own_block = 1 THEN 'Properties.PublicAccessBlockConfiguration'
            ELSE 'Observed.Grants' END AS path,
       'no grant to everyone or to every AWS account' AS expected,
       CASE WHEN off THEN 'access lists are off' WHEN own_block = 1 THEN 'IgnorePublicAcls of the bucket'
            WHEN account_block = 1 THEN 'IgnorePublicAcls of the account'
            ELSE coalesce(stranger, iif(grants IS NOT NULL, 'none', coalesce(unread, 's3:GetBucketAcl did not tell'))) END AS value
FROM judged
