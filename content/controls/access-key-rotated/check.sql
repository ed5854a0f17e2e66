WITH seen AS (
  SELECT uid, access_key_1_active AS a1, access_key_2_active AS a2,
         max(iif(access_key_1_active = 1, days_since(access_key_1_last_rotated), 0), iif(access_key_2_active = 1,
             days_since(access_key_2_last_rotated), 0)) AS days,
         max(coalesce(iif(access_key_1_active = 1, days_since(access_key_1_last_rotated), 0), 0),
             coalesce(iif(access_key_2_active = 1, days_since(access_key_2_last_rotated), 0), 0)) AS at_least
  FROM aws_iam_user)
SELECT uid AS resource,
       CASE WHEN at_least > 90 THEN 'fail'
            WHEN a1 IS NULL OR a2 IS NULL OR days IS NULL THEN 'unknown'
            WHEN a1 + a2 = 0 THEN 'not_applicable'
            ELSE 'pass' END AS verdict,
       iif(a1 = 1, 'Observed.AccessKey1LastRotated', 'Observed.AccessKey2LastRotated') AS path,
       'active keys of at most 90 days' AS expected,
       CASE WHEN a1 IS NULL OR a2 IS NULL OR days IS NULL THEN 'iam:GetCredentialReport did not tell'
           ELSE at_least || ' days' END AS value
FROM seen
