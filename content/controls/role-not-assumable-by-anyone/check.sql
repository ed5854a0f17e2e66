-- A trust policy has no resource of its own, so policy_public gets none. A role always has one: none means not read.
WITH judged AS (
  SELECT uid, json_extract(unknown, '$.trust_policy') AS unread, policy_public(trust_policy, '', account) AS strangers,
         policy_public_at(trust_policy, '', account) AS place
  FROM aws_iam_role)
SELECT uid AS resource,
       CASE WHEN strangers = 1 THEN 'fail'
            WHEN strangers = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.AssumeRolePolicyDocument' AS path,
       'trust in principals that are named' AS expected,
       coalesce(place, unread, 'named principals') AS value
FROM judged
