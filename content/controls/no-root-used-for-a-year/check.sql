-- As root-not-used-lately asks of one account: a report proves a use, and not its absence after it was made; of which
-- age it is must be known.
WITH members AS (
  SELECT m.id, days_since(r.report_time) AS report_days,
         min(coalesce(days_since(r.password_last_used), 99999), coalesce(days_since(r.access_key_1_last_used), 99999),
             coalesce(days_since(r.access_key_2_last_used), 99999)) AS days,
         r.uid IS NULL OR r.password_last_used IS NULL OR r.access_key_1_last_used IS NULL
             OR r.access_key_2_last_used IS NULL AS unread
  FROM aws_organizations_account m LEFT JOIN reeve_account_root r ON r.account = m.id
  WHERE m.state = 'ACTIVE'),
counted AS (
  SELECT count(*) AS members, count(iif(days < 365, 1, NULL)) AS used,
         count(iif(days >= 365 AND (unread OR coalesce(report_days, 99999) > 30), 1, NULL)) AS unread,
         min(iif(days < 365, id, NULL)) AS first
  FROM members)
SELECT o.uid AS resource,
       CASE WHEN used > 0 THEN 'fail'
            WHEN members = 0 OR unread > 0 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'no use of any root user for 365 days' AS expected,
       used || ' of ' || members || ' were used' || coalesce(', ' || first || ' first', '') || ', ' || unread
           || ' not known' AS value
FROM reeve_organization o CROSS JOIN counted
