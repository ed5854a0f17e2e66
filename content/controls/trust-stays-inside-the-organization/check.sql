-- policy_outside knows the accounts of the organization; without their list it answers only what holds for any list.
WITH judged AS (SELECT uid, json_extract(unknown, '$.trust_policy') AS unread, policy_outside(trust_policy, account) AS outside
    FROM aws_iam_role)
SELECT uid AS resource,
       CASE WHEN outside = 1 THEN 'fail'
            WHEN outside = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.AssumeRolePolicyDocument' AS path,
       'principals of accounts that belong to the organization' AS expected,
       coalesce(unread, CASE outside WHEN 1 THEN 'an account outside'
           WHEN 0 THEN 'inside' END, 'the organization''s accounts were not read') AS value
FROM judged
