-- Only the administrator accounts can answer; from every other account the calls are refused and tell nothing.
WITH answers AS (
  SELECT 'Security Hub' AS service, region, security_hub_auto_enable IS 1 OR security_hub_configuration_type IS 'CENTRAL' AS enrols
  FROM reeve_region_settings WHERE security_hub_auto_enable IS NOT NULL OR security_hub_configuration_type IS NOT NULL
  UNION ALL
  SELECT 'Inspector', region, json_extract(inspector_auto_enable, '$.ec2') IS 1 AND json_extract(inspector_auto_enable, '$.ecr') IS 1
      AND json_extract(inspector_auto_enable, '$.lambda') IS 1
  FROM reeve_region_settings WHERE inspector_auto_enable IS NOT NULL),
counted AS (SELECT count(DISTINCT service) AS services, min(service) AS told, min(iif(enrols, NULL, service || ' in ' || region)) AS leaves FROM answers)
SELECT o.uid AS resource,
       CASE WHEN c.leaves IS NOT NULL THEN 'fail'
            WHEN c.services = 2 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'both services enrol new accounts in every Region that answered' AS expected,
       CASE WHEN c.leaves IS NOT NULL THEN c.leaves || ' leaves new accounts out'
            WHEN c.services = 2 THEN 'both do'
            WHEN c.services = 0 THEN 'securityhub:DescribeOrganizationConfiguration and inspector2:DescribeOrganizationConfiguration were not answered'
            WHEN c.told = 'Inspector' THEN 'securityhub:DescribeOrganizationConfiguration was not answered'
            ELSE 'inspector2:DescribeOrganizationConfiguration was not answered' END AS value
FROM reeve_organization o CROSS JOIN counted c
