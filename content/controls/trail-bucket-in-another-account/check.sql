-- A bucket's name is unique. One that another account lists is elsewhere; so is one that the trail's own account does not list.
-- A bucket of a template has no account and is nobody's yet.
WITH answers AS (SELECT DISTINCT account FROM reads WHERE operation = 's3:ListBuckets' AND status = 'ok'),
seen AS (
  SELECT t.uid, t.account, t.bucket, b.account AS holder, a.account IS NOT NULL AS listed,
      json_extract(t.unknown, '$.bucket') AS unread
  FROM aws_cloudtrail_trail t LEFT JOIN aws_s3_bucket b ON b.bucket_name = t.bucket AND b.account <> '' LEFT
      JOIN answers a ON a.account = t.account)
SELECT uid AS resource,
       CASE WHEN bucket IS NULL THEN 'unknown'
            WHEN holder = account THEN 'fail'
            WHEN holder IS NOT NULL OR listed THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.S3BucketName' AS path,
       'a bucket that is not in account ' || account AS expected,
       CASE WHEN bucket IS NULL THEN coalesce(unread, 'no bucket was told')
            WHEN holder IS NULL AND NOT listed THEN 's3:ListBuckets was not read'
            ELSE bucket || coalesce(' in account ' || holder, ' in an account that was not read') END AS value
FROM seen
