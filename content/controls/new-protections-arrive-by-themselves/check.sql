-- Only the administrator is answered. EKS_RUNTIME_MONITORING is the older name of a part of RUNTIME_MONITORING, and stays off
-- where the newer one is on.
WITH features AS (
  SELECT s.uid, s.region, json_extract(f.value, '$.Name') AS feature, json_extract(f.value, '$.AutoEnable') AS enable
  FROM reeve_region_settings s, json_each(s.guardduty_auto_enable_features) f),
counted AS (
  SELECT count(*) AS features, count(iif(enable IS NOT 'ALL', 1, NULL)) AS lacking,
         min(iif(enable IS NOT 'ALL', feature || ' in ' || region, NULL)) AS first
  FROM features WHERE feature <> 'EKS_RUNTIME_MONITORING')
SELECT o.uid AS resource,
       CASE WHEN features = 0 THEN 'unknown'
            WHEN lacking = 0 THEN 'pass'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       'ALL for every protection in every Region that answered' AS expected,
       CASE WHEN features = 0 THEN 'guardduty:DescribeOrganizationConfiguration was not answered anywhere'
            ELSE lacking || ' of ' || features || ' are not' || coalesce(', ' || first || ' first', '') END AS value
FROM reeve_organization o CROSS JOIN counted
