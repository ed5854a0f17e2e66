-- Only the administrator account can answer; from every other account the call is refused and tells nothing.
WITH answers AS (SELECT count(*) AS known, count(iif(guardduty_auto_enable = 'ALL', 1, NULL)) AS everyone
                 FROM reeve_region_settings WHERE guardduty_auto_enable IS NOT NULL)
SELECT o.uid AS resource,
       CASE WHEN known = 0 THEN 'unknown'
            WHEN everyone = known THEN 'pass'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'ALL in every Region that answered' AS expected,
       iif(known = 0, 'guardduty:DescribeOrganizationConfiguration was not answered anywhere', everyone || ' of ' || known
           || ' Regions enrol all members') AS value
FROM reeve_organization o CROSS JOIN answers
