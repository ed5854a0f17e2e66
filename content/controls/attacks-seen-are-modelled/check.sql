-- An alert that nobody has looked at, or that told of something harmless, says nothing about the model. That
-- there was no other shows only where the logs of every account were read.
WITH seen AS (
  SELECT DISTINCT t.value AS technique FROM alerts a, json_each(a.techniques) t WHERE a.outcome = 'true' AND days_since(a.time) <= 90),
modelled AS (
  SELECT DISTINCT t.value AS technique FROM threats h, json_each(h.techniques) t WHERE h.state <> 'gone'),
counted AS (
  SELECT (SELECT count(*) FROM seen) AS techniques, count(*) AS missing, min(technique) AS first
  FROM seen WHERE technique NOT IN (SELECT technique FROM modelled)),
members AS (
  SELECT id AS account FROM aws_organizations_account WHERE state = 'ACTIVE' UNION SELECT account FROM log_periods),
logs AS (
  SELECT count(*) AS accounts, count(w.account) AS whole FROM members m LEFT JOIN (
      SELECT DISTINCT account FROM log_periods
      WHERE days_since(since) >= 90 AND days_since(until) <= 1) w ON w.account = m.account)
SELECT o.uid AS resource,
       CASE WHEN c.missing > 0 THEN 'fail'
            WHEN v.whole = 0 OR v.whole < v.accounts THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'each technique in a model' AS expected,
       CASE WHEN c.missing > 0 THEN c.missing || ' of ' || c.techniques || ' in none, such as ' || c.first
            WHEN v.whole = 0 OR v.whole < v.accounts THEN 'the logs of the last 90 days were not all read'
            ELSE c.techniques || ' of ' || c.techniques END AS value
FROM reeve_organization o CROSS JOIN counted c CROSS JOIN logs v
