-- The log tells that the service was called, not which report was read. That nobody did shows only where the logs of all accounts
-- that were read reach back a year.
WITH called AS (SELECT min(days_since(last_seen)) AS days FROM service_activity WHERE service = 'artifact'),
logs AS (
  SELECT count(DISTINCT account) AS accounts, count(DISTINCT iif(days_since(since) >= 365 AND days_since(until) <= 30, account,
      NULL)) AS whole
  FROM log_periods)
SELECT o.uid AS resource,
       CASE WHEN days <= 365 THEN 'pass'
            WHEN accounts > 0 AND accounts = whole THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a call of AWS Artifact within 365 days' AS expected,
       CASE WHEN days IS NOT NULL THEN 'the last ' || days || ' days ago'
            WHEN accounts > 0 AND accounts = whole THEN 'none'
                ELSE 'the logs of the last year were not read without a gap' END AS value
FROM reeve_organization o CROSS JOIN called CROSS JOIN logs
