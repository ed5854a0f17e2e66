WITH used AS (
  SELECT service, min(first_seen) AS since FROM service_activity WHERE days_since(last_seen) <= 90 GROUP BY service
  HAVING days_since(min(first_seen)) >= 30),
open AS (
  SELECT count(*) AS n, min(service) AS first FROM used u WHERE NOT EXISTS (
    SELECT 1 FROM reviews r WHERE r.kind = 'service' AND r.subject = u.service AND r.decided IS NOT NULL AND r.owner IS NOT NULL
      AND (r.expires IS NULL OR r.expires > as_of())))
SELECT o.uid AS resource,
       CASE WHEN p.n > 0 THEN 'fail'
            WHEN EXISTS (SELECT 1 FROM used) THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a decision with an owner for each service' AS expected,
       CASE WHEN p.n > 0 THEN p.n || iif(p.n = 1, ' service', ' services') || ' without one, such as ' || p.first
            WHEN EXISTS (SELECT 1 FROM used) THEN (SELECT count(*) FROM used) || ' decided'
            ELSE 'the logs name no service in use' END AS value
FROM reeve_organization o CROSS JOIN open p
