-- Only the administrator account is answered, and in the Region from which it configures; elsewhere the call is refused.
WITH answers AS (
  SELECT count(*) AS known, count(iif(security_hub_configuration_type = 'CENTRAL', 1, NULL)) AS central,
         count(iif(security_hub_configuration_type = 'CENTRAL' AND security_hub_configuration_status IN ('PENDING', 'FAILED',
             'DISABLED'), 1, NULL)) AS not_in_force
  FROM reeve_region_settings WHERE security_hub_configuration_type IS NOT NULL)
SELECT o.uid AS resource,
       CASE WHEN central > not_in_force THEN 'pass'
            WHEN known > 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'configuration type CENTRAL, in force' AS expected,
       CASE WHEN known = 0 THEN 'securityhub:DescribeOrganizationConfiguration was not answered anywhere'
            WHEN central = 0 THEN 'LOCAL' WHEN central > not_in_force THEN 'CENTRAL' ELSE 'CENTRAL, not in force' END AS value
FROM reeve_organization o CROSS JOIN answers
