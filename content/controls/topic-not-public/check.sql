-- The policy as it stands; NULL from policy_public means that it could not be told. No topic is without one.
WITH judged AS (
  SELECT uid, policy AS document, json_extract(unknown, '$.policy') AS unread,
         policy_public(policy, uid, account) AS strangers, policy_public_at(policy, uid, account) AS place
  FROM aws_sns_topic)
SELECT uid AS resource,
       CASE WHEN strangers = 1 THEN 'fail'
            WHEN strangers = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Observed.Policy' AS path,
       'no statement that admits strangers' AS expected,
       coalesce(place, unread, iif(document IS NULL, 'sns:GetTopicAttributes did not tell', 'bounded')) AS value
FROM judged
