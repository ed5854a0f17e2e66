-- The report writes N/A or no_information where there was no use. A use before the report shows; a use after it does not, so an
-- old report, or one of unknown age, can prove a use and not its absence.
WITH seen AS (
  SELECT r.uid, days_since(r.report_time) AS report_days,
         min(coalesce(days_since(r.password_last_used), 99999), coalesce(days_since(r.access_key_1_last_used), 99999),
             coalesce(days_since(r.access_key_2_last_used), 99999)) AS days,
         r.password_last_used IS NULL OR r.access_key_1_last_used IS NULL OR r.access_key_2_last_used IS NULL AS unread
  FROM reeve_account_root r)
SELECT uid AS resource,
       CASE WHEN days < 90 THEN 'fail'
            WHEN unread THEN 'unknown'
            WHEN coalesce(report_days, 99999) > 30 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       'Observed.PasswordLastUsed' AS path,
       'no use for 90 days' AS expected,
       CASE WHEN days < 90 THEN 'used ' || days || ' days ago'
            WHEN unread THEN 'iam:GetCredentialReport was not read'
            WHEN coalesce(report_days, 99999) > 30 THEN coalesce('the credential report is ' || report_days || ' days old',
                'of what age the credential report is was not told')
            WHEN days = 99999 THEN 'never used'
            ELSE 'last used ' || days || ' days ago' END AS value
FROM seen
