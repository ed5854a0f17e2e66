-- The policy as it stands; NULL from policy_public means that it could not be told. A service that may invoke it for anybody's resource, a
-- stranger's bucket, lets that stranger in.
WITH judged AS (
  SELECT uid, policy AS document, json_extract(unknown, '$.policy') AS unread,
         policy_public(policy, uid, account) AS strangers, policy_public_at(policy, uid, account) AS place,
         policy_service_unbounded(policy, uid, account) AS deputy, policy_service_unbounded_at(policy, uid, account) AS deputy_place
  FROM aws_lambda_function)
SELECT uid AS resource,
       CASE WHEN document IS NULL AND unread IS NULL THEN 'pass'
            WHEN strangers = 1 OR deputy = 1 THEN 'fail'
            WHEN strangers = 0 AND deputy = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Observed.Policy' AS path,
       'no statement that admits strangers' AS expected,
       coalesce(place, deputy_place || ': a service, for anybody''s resource', unread, iif(document IS NULL, 'no policy', 'bounded')) AS value
FROM judged
