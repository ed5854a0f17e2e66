-- A month is left for it. That no other attack was seen shows only where the logs of every account were read.
WITH seen AS (
  SELECT j.value AS technique, a.time FROM alerts a, json_each(a.techniques) j
  WHERE a.outcome = 'true' AND days_since(a.time) BETWEEN 30 AND 180),
met AS (
  SELECT t.threat, t.model, t.likelihood_reviewed, max(s.time) AS time
  FROM threats t, json_each(t.techniques) j JOIN seen s ON s.technique = j.value
  WHERE t.state <> 'gone' GROUP BY t.model, t.threat),
members AS (
  SELECT id AS account FROM aws_organizations_account WHERE state = 'ACTIVE' UNION SELECT account FROM log_periods),
logs AS (
  SELECT count(*) AS accounts, count(w.account) AS whole FROM members m LEFT JOIN (
      SELECT DISTINCT account FROM log_periods
      WHERE days_since(since) >= 180 AND days_since(until) <= 1) w ON w.account = m.account),
stale AS (
  SELECT count(*) AS n, min(threat || ' of ' || model) AS first FROM met
  WHERE likelihood_reviewed IS NULL OR likelihood_reviewed < time)
SELECT o.uid AS resource,
       CASE WHEN s.n > 0 THEN 'fail'
            WHEN v.whole = 0 OR v.whole < v.accounts THEN 'unknown'
            WHEN EXISTS (SELECT 1 FROM met) THEN 'pass'
            ELSE 'not_applicable' END AS verdict,
       NULL AS path,
       'a likelihood reviewed after the event' AS expected,
       CASE WHEN s.n > 0 THEN s.n || iif(s.n = 1, ' threat', ' threats') || ' not reviewed since, such as ' || s.first
            WHEN v.whole = 0 OR v.whole < v.accounts THEN 'the logs of the last 180 days were not all read'
            ELSE (SELECT count(*) FROM met) || ' reviewed' END AS value
FROM reeve_organization o CROSS JOIN stale s CROSS JOIN logs v
