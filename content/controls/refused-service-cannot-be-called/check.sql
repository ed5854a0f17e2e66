-- The action is none of AWS's: what is asked is whether the service as a whole is denied. No policy of the organization binds
-- its management account, where only a call tells.
WITH refused AS (SELECT DISTINCT subject AS service FROM reviews WHERE kind = 'service' AND decision = 'refuse'),
called AS (
  SELECT a.account, min(a.service) AS first FROM service_activity a JOIN refused r ON r.service = a.service
  WHERE days_since(a.last_seen) <= 90 GROUP BY a.account),
asked AS (
  SELECT s.uid, r.service, scp_verdict(s.account, r.service || ':AnyActionAtAll', 'any') AS denied
  FROM reeve_account_settings s CROSS JOIN refused r),
judged AS (
  SELECT uid, sum(denied = 'unknown') AS untold, sum(denied = 'pass') AS shut, min(iif(denied = 'fail', service, NULL)) AS open
  FROM asked GROUP BY uid)
SELECT s.uid AS resource,
       CASE WHEN u.account IS NOT NULL OR j.open IS NOT NULL THEN 'fail'
            WHEN j.untold > 0 THEN 'unknown'
            WHEN j.shut > 0 THEN 'pass'
            ELSE 'not_applicable' END AS verdict,
       NULL AS path,
       'every refused service denied and not called' AS expected,
       CASE WHEN u.account IS NOT NULL THEN u.first || ' was called'
            WHEN j.open IS NOT NULL THEN j.open || ' is not denied'
            WHEN j.untold > 0 THEN 'the service control policies of the account were not read'
            ELSE coalesce(j.shut, 0) || ' refused and denied' END AS value
FROM reeve_account_settings s LEFT JOIN judged j ON j.uid = s.uid LEFT JOIN called u ON u.account = s.account
