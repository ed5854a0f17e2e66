-- Membership shows in the organization's list of accounts or in the account's own answer; absent is what an account outside any
-- says.
WITH seen AS (
  SELECT s.uid,
         EXISTS (SELECT 1 FROM aws_organizations_account m WHERE m.id = s.account) OR
         EXISTS (SELECT 1 FROM reads d WHERE d.account = s.account AND d.operation = 'organizations:DescribeOrganization'
             AND d.status = 'ok') AS member,
         EXISTS (SELECT 1 FROM reads d WHERE d.account = s.account AND d.operation = 'organizations:DescribeOrganization'
             AND d.status = 'absent') AS outside,
         (SELECT o.feature_set FROM reeve_organization o WHERE o.feature_set IS NOT NULL) AS features
  FROM reeve_account_settings s)
SELECT uid AS resource,
       CASE WHEN outside THEN 'fail'
            WHEN member AND features = 'ALL' THEN 'pass'
            WHEN member AND features IS NOT NULL THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'member of an organization with feature set ALL' AS expected,
       CASE WHEN outside THEN 'in no organization'
            WHEN member THEN coalesce(features, 'feature set not read')
            ELSE 'organizations:DescribeOrganization was not read' END AS value
FROM seen
