-- A test counts in whatever Region. That there is no plan to test, or no test, shows only where the account was asked.
WITH plans AS (SELECT account, count(*) AS plans FROM aws_backup_backupplan GROUP BY account),
tests AS (
  SELECT account, max(iif(last_run IS NOT NULL, uid, NULL)) AS ran, max(uid) AS any_one,
         max(json_extract(unknown, '$.last_run')) AS unread
  FROM aws_backup_restoretestingplan GROUP BY account),
answers AS (
  SELECT account, max(operation = 'backup:ListBackupPlans') AS plans, max(operation = 'backup:ListRestoreTestingPlans') AS tests
  FROM reads WHERE operation IN ('backup:ListBackupPlans', 'backup:ListRestoreTestingPlans') AND status = 'ok' GROUP BY account)
SELECT s.uid AS resource,
       CASE WHEN t.ran IS NOT NULL THEN 'pass'
            WHEN p.plans IS NULL THEN iif(coalesce(a.plans, 0) = 1, 'not_applicable', 'unknown')
            WHEN t.unread IS NOT NULL OR coalesce(a.tests, 0) = 0 THEN 'unknown'
            ELSE 'fail' END AS verdict,
       iif(coalesce(t.ran, t.any_one) IS NULL, NULL, 'Observed.LastExecutionTime') AS path,
       'a restore testing plan that has run' AS expected,
       CASE WHEN t.ran IS NOT NULL THEN 'one'
            WHEN p.plans IS NULL THEN iif(coalesce(a.plans, 0) = 1, 'no backup plan', 'backup:ListBackupPlans was not read')
            WHEN t.unread IS NOT NULL THEN t.unread WHEN t.any_one IS NOT NULL THEN 'one that has never run'
            ELSE iif(coalesce(a.tests, 0) = 0, 'backup:ListRestoreTestingPlans was not read', 'none') END AS value,
       coalesce(t.ran, t.any_one) AS evidence_of
FROM reeve_account_settings s LEFT JOIN plans p ON p.account = s.account LEFT JOIN tests t ON t.account = s.account
LEFT JOIN answers a ON a.account = s.account
