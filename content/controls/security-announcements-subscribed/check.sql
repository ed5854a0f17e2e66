-- One subscription serves everybody, in whatever account it stands; that there is none shows only where every Region seen was
-- asked.
WITH heard AS (
  SELECT EXISTS (SELECT 1 FROM aws_sns_subscription s WHERE s.topic LIKE '%:GuardDutyAnnouncements') AND
         EXISTS (SELECT 1 FROM aws_sns_subscription s WHERE s.topic LIKE '%:SecurityHubAnnouncements') AS both),
answers AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'sns:ListSubscriptions' AND status = 'ok'),
asked AS (
  SELECT g.account, count(*) AS areas, min(iif(d.account IS NULL, g.region, NULL)) AS missing
  FROM regions g LEFT JOIN answers d ON d.account = g.account AND d.region = g.region
  WHERE g.region <> 'global' GROUP BY g.account),
seen AS (
  SELECT s.uid, coalesce(a.areas, 0) AS areas, a.missing FROM reeve_account_settings s LEFT
      JOIN asked a ON a.account = s.account)
SELECT uid AS resource,
       CASE WHEN both THEN 'pass'
            WHEN areas > 0 AND missing IS NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'subscriptions to GuardDutyAnnouncements and SecurityHubAnnouncements' AS expected,
       CASE WHEN both THEN 'both' WHEN areas > 0 AND missing IS NULL THEN 'not both'
            ELSE 'sns:ListSubscriptions' || coalesce(' in ' || missing, '') || ' was not read' END AS value
FROM seen CROSS JOIN heard
