WITH found AS (
  SELECT max(iif(status = 'ACTIVE', uid, NULL)) AS active, max(uid) AS any_one
      FROM aws_notifications_notificationconfiguration),
answers AS (SELECT count(*) AS asked FROM reads WHERE operation = 'notifications:ListNotificationConfigurations'
    AND status = 'ok')
SELECT o.uid AS resource,
       CASE WHEN active IS NOT NULL THEN 'pass'
            WHEN asked > 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       iif(coalesce(active, any_one) IS NULL, NULL, 'Properties.Status') AS path,
       'an active notification configuration' AS expected,
       CASE WHEN active IS NOT NULL THEN 'one' WHEN asked = 0
           THEN 'notifications:ListNotificationConfigurations was not answered anywhere'
            WHEN any_one IS NOT NULL THEN 'none that is active' ELSE 'none' END AS value,
       coalesce(active, any_one) AS evidence_of
FROM reeve_organization o CROSS JOIN found CROSS JOIN answers
