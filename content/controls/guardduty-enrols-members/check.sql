-- Only the administrator account can answer; from every other account the call is refused and tells nothing.
WITH answers AS (SELECT count(*) AS known, count(iif(guardduty_auto_enable = 'ALL', 1, NULL)) AS everyone
                 FROM reeve_region_settings WHERE guardduty_auto_enable IS NOT NULL),
-- Regions that the same account was not let see; from other accounts a refusal says nothing.
     refused AS (SELECT count(DISTINCT r.region) AS regions, min(r.region) AS first FROM reads r
                 WHERE r.operation IN ('guardduty:ListDetectors', 'guardduty:DescribeOrganizationConfiguration') AND r.status IN ('denied', 'error')
                   AND r.account IN (SELECT account FROM reeve_region_settings WHERE guardduty_auto_enable IS NOT NULL)
                   AND NOT EXISTS (SELECT 1 FROM reeve_region_settings s WHERE s.region = r.region AND s.guardduty_auto_enable IS NOT NULL))
SELECT o.uid AS resource,
       CASE WHEN known = 0 THEN 'unknown'
            WHEN everyone < known THEN 'fail'
            WHEN refused.regions > 0 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'ALL in every Region that answered' AS expected,
       iif(known = 0, 'guardduty:DescribeOrganizationConfiguration was not answered anywhere', everyone || ' of ' || known
           || ' Regions enrol all members' || iif(refused.regions > 0, '; GuardDuty was not let be read in ' || refused.regions
           || iif(refused.regions = 1, ' more, ', ' more, such as ') || refused.first, '')) AS value
FROM reeve_organization o CROSS JOIN answers CROSS JOIN refused
