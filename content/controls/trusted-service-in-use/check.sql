-- A service is in use if an account administers it for the organization, or if what it does for an organization is there to see. Of a
-- service for which neither can be told from the replies, nothing is said. What stands in a template only, without an account, is
-- not there to see.
WITH trusted AS (SELECT o.uid, t.value AS service FROM reeve_organization o, json_each(o.trusted_services) t),
delegated AS (
  SELECT DISTINCT d.value AS service FROM aws_organizations_account m, json_each(m.delegated_services) d),
undelegated AS (
  SELECT count(*) AS unread FROM reeve_organization o, json_each(o.delegated_administrators) a
  JOIN aws_organizations_account m ON m.id = a.value WHERE m.delegated_services IS NULL),
seen(service, there, asked) AS (
  SELECT 'cloudtrail.amazonaws.com', EXISTS (SELECT 1 FROM aws_cloudtrail_trail WHERE account <> '' AND organization_trail = 1),
      'cloudtrail:DescribeTrails'
  UNION ALL SELECT 'iam.amazonaws.com', (SELECT max(json_array_length(central_root_features)) > 0 FROM reeve_organization),
      'iam:ListOrganizationsFeatures'
  UNION ALL SELECT 'sso.amazonaws.com', EXISTS (SELECT 1 FROM aws_sso_instance WHERE account <> ''), 'sso-admin:ListInstances'
  UNION ALL SELECT 'member.org.stacksets.cloudformation.amazonaws.com',
      EXISTS (SELECT 1 FROM aws_cloudformation_stackset WHERE account <> '' AND permission_model = 'SERVICE_MANAGED'),
      'cloudformation:ListStackSets'
  UNION ALL SELECT 'ram.amazonaws.com', EXISTS (SELECT 1 FROM aws_ram_resourceshare WHERE account <> ''), 'ram:GetResourceShares'
  UNION ALL SELECT 'controltower.amazonaws.com', EXISTS (SELECT 1 FROM aws_controltower_landingzone WHERE account <> ''),
      'controltower:ListLandingZones'
  UNION ALL SELECT 'config-multiaccountsetup.amazonaws.com', EXISTS (SELECT 1 FROM aws_config_organizationconformancepack
      WHERE account <> ''),
      'config:DescribeOrganizationConformancePacks'
  UNION ALL SELECT 'servicecatalog.amazonaws.com', EXISTS (SELECT 1 FROM aws_servicecatalog_portfolio
      WHERE account <> ''
      AND (json_array_length(shared_with_organization) > 0 OR json_array_length(shared_with_units) > 0)),
      'servicecatalog:ListPortfolios'
  UNION ALL SELECT 'guardduty.amazonaws.com', EXISTS (SELECT 1 FROM reeve_region_settings
      WHERE json_array_length(guardduty_admins) > 0), 'guardduty:ListOrganizationAdminAccounts'
  UNION ALL SELECT 'securityhub.amazonaws.com', EXISTS (SELECT 1 FROM reeve_region_settings
      WHERE json_array_length(security_hub_admins) > 0), 'securityhub:ListOrganizationAdminAccounts'),
told AS (
  SELECT operation, count(*) AS answers FROM reads WHERE status = 'ok' AND operation IN (SELECT asked FROM seen) GROUP BY operation),
refused AS (
  SELECT DISTINCT operation FROM reads WHERE status NOT IN ('ok', 'absent') AND operation IN (SELECT asked FROM seen)),
judged AS (
  SELECT t.uid, t.service,
         CASE WHEN d.service IS NOT NULL OR s.there = 1 THEN 1
              WHEN s.service IS NULL OR u.unread > 0 THEN NULL
              WHEN s.there IS NULL OR o.answers IS NULL OR r.operation IS NOT NULL THEN NULL
              ELSE 0 END AS used
  FROM trusted t CROSS JOIN undelegated u LEFT JOIN delegated d ON d.service = t.service LEFT JOIN seen s ON s.service = t.service
      LEFT JOIN told o ON o.operation = s.asked LEFT JOIN refused r ON r.operation = s.asked),
counted AS (
  SELECT o.uid, min(iif(j.used = 0, j.service, NULL)) AS idle, min(iif(j.used IS NULL, j.service, NULL)) AS untold, count(j.service) AS services
  FROM reeve_organization o LEFT JOIN judged j ON j.uid = o.uid GROUP BY o.uid)
SELECT uid AS resource,
       CASE WHEN idle IS NOT NULL THEN 'fail'
            WHEN untold IS NOT NULL THEN 'unknown'
            ELSE 'pass' END AS verdict,
       'Observed.TrustedServices' AS path,
       'each trusted service in use' AS expected,
       CASE WHEN idle IS NOT NULL THEN idle || ' is trusted and not in use'
            WHEN untold IS NOT NULL THEN 'whether ' || untold || ' is in use was not read'
            ELSE services || ' trusted, all in use' END AS value
FROM counted
