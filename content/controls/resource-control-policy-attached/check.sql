WITH seen AS (
  SELECT o.uid, o.rcp_enabled, json_extract(o.unknown, '$.rcp_enabled') AS unread,
         (SELECT count(*) FROM aws_organizations_policy p WHERE p.policy_type = 'RESOURCE_CONTROL_POLICY' AND p.aws_managed = 0
             AND json_array_length(p.targets) > 0) AS attached,
         (SELECT count(*) FROM aws_organizations_policy p WHERE p.policy_type = 'RESOURCE_CONTROL_POLICY'
             AND json_extract(p.unknown, '$.targets') IS NOT NULL) AS unread_targets,
         (SELECT count(*) FROM aws_organizations_policy) AS policies
  FROM reeve_organization o)
SELECT uid AS resource,
       CASE WHEN rcp_enabled IS NULL AND unread IS NULL THEN 'fail'
            WHEN rcp_enabled <> 'ENABLED' THEN 'fail'
            WHEN rcp_enabled = 'ENABLED' AND attached > 0 THEN 'pass'
            WHEN rcp_enabled = 'ENABLED' AND unread_targets = 0 AND policies > 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Observed.ResourceControlPolicies' AS path,
       'enabled, and one attached besides the default' AS expected,
       coalesce(rcp_enabled, unread, 'not enabled') || ', ' || attached || ' attached' AS value
FROM seen
