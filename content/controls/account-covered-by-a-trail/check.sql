-- An organization trail covers the accounts of its organization, so it counts where one was seen by any account of the same
-- organization. That
-- there is none shows only if the account itself was asked.
WITH trails AS (SELECT account, organization_trail, json_extract(unknown, '$.multi_region') AS unread FROM aws_cloudtrail_trail
    WHERE multi_region = 1 OR multi_region IS NULL),
own AS (SELECT account, max(unread IS NULL) AS good FROM trails GROUP BY account),
shared AS (SELECT a.organization FROM trails t JOIN accounts a ON a.account = t.account WHERE t.organization_trail = 1
    AND t.unread IS NULL AND a.organization IS NOT NULL GROUP BY a.organization),
answered AS (SELECT DISTINCT account FROM reads WHERE operation = 'cloudtrail:DescribeTrails' AND status = 'ok'),
seen AS (
  SELECT s.uid, coalesce(o.good, 0) OR h.organization IS NOT NULL AS covered, o.good IS NOT NULL AS some,
      d.account IS NOT NULL AS asked
  FROM reeve_account_settings s LEFT JOIN accounts a ON a.account = s.account LEFT JOIN own o ON o.account = s.account
  LEFT JOIN shared h ON h.organization = a.organization LEFT JOIN answered d ON d.account = s.account)
SELECT uid AS resource,
       CASE WHEN covered THEN 'pass'
            WHEN asked AND NOT some THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a trail of all Regions, its own or the organization''s' AS expected,
       CASE WHEN covered THEN 'covered' WHEN asked AND NOT some THEN 'none'
           ELSE 'cloudtrail:DescribeTrails was not read' END AS value
FROM seen
