-- Membership shows in the organization's list of accounts or in the account's own answer; absent is what an account outside any
-- says.
WITH told AS (
  SELECT id AS account, 'ok' AS status FROM aws_organizations_account
  UNION SELECT account, status FROM reads WHERE operation = 'organizations:DescribeOrganization'
      AND status IN ('ok', 'absent')),
answers AS (SELECT account, max(status = 'ok') AS member, max(status = 'absent') AS outside FROM told GROUP BY account),
seen AS (
  SELECT s.uid, a.member, a.outside, (SELECT o.feature_set FROM reeve_organization o
      WHERE o.feature_set IS NOT NULL) AS features
  FROM reeve_account_settings s LEFT JOIN answers a ON a.account = s.account)
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
