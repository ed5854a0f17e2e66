-- One subscription serves everybody, in whatever account it stands; that there is none shows only where every Region seen was
-- asked.
WITH heard AS (
  SELECT EXISTS (SELECT 1 FROM aws_sns_subscription s WHERE s.topic LIKE '%:GuardDutyAnnouncements') AND
         EXISTS (SELECT 1 FROM aws_sns_subscription s WHERE s.topic LIKE '%:SecurityHubAnnouncements') AS both),
seen AS (
  SELECT s.uid, (SELECT count(*) FROM regions g WHERE g.account = s.account) AS areas,
         (SELECT min(g.region) FROM regions g WHERE g.account = s.account AND NOT EXISTS (
            SELECT 1 FROM reads d WHERE d.account = g.account AND d.region = g.region AND d.operation = 'sns:ListSubscriptions'
                AND d.status = 'ok')) AS missing
  FROM reeve_account_settings s)
SELECT uid AS resource,
       CASE WHEN both THEN 'pass'
            WHEN areas > 0 AND missing IS NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'subscriptions to GuardDutyAnnouncements and SecurityHubAnnouncements' AS expected,
       CASE WHEN both THEN 'both' WHEN areas > 0 AND missing IS NULL THEN 'not both'
            ELSE 'sns:ListSubscriptions' || coalesce(' in ' || missing, '') || ' was not read' END AS value
FROM seen CROSS JOIN heard
