-- A bucket of a template is not the one that the trail writes to: it has no account.
-- Object Lock alone locks nothing: without a default retention each file would have to bring its own, and CloudTrail's do not.
WITH seen AS (
  SELECT t.uid, t.bucket, b.uid AS holder, b.object_lock, json_extract(b.object_lock_rule, '$.DefaultRetention.Mode') AS mode,
         coalesce(json_extract(b.unknown, '$.object_lock_rule'), json_extract(b.unknown, '$.object_lock')) AS unread
  FROM aws_cloudtrail_trail t LEFT JOIN aws_s3_bucket b ON b.bucket_name = t.bucket AND b.account <> '')
SELECT uid AS resource,
       CASE WHEN holder IS NULL THEN 'unknown'
            WHEN mode IS NOT NULL THEN 'pass'
            WHEN unread IS NOT NULL THEN 'unknown'
            ELSE 'fail' END AS verdict,
       iif(holder IS NULL, 'Properties.S3BucketName', 'Properties.ObjectLockConfiguration') AS path,
       'Object Lock with a default retention' AS expected,
       CASE WHEN holder IS NULL THEN coalesce('the bucket ' || bucket || ' was not read', 'no bucket was told')
            ELSE coalesce(mode, unread, iif(object_lock = 1, 'no default retention', 'no Object Lock')) END AS value,
       holder AS evidence_of
FROM seen
