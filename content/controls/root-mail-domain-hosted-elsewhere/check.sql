-- Mail finds its way by the zone of its domain, or of a domain above it. A private zone is seen by machines of its VPCs alone.
WITH mails AS (
  SELECT m.uid, m.id, m.email, lower(substr(m.email, instr(m.email, '@') + 1)) AS domain,
      json_extract(m.unknown, '$.email') AS unread
  FROM aws_organizations_account m WHERE m.state IS NOT 'SUSPENDED'),
zones AS (
  SELECT z.uid, z.account, lower(rtrim(z.zone_name, '.')) AS domain, z.private FROM aws_route53_hostedzone z
      WHERE z.private IS NOT 1),
worst AS (
  SELECT m.uid, max(iif(z.private = 0, z.uid, NULL)) AS holds, max(iif(z.private IS NULL, z.uid, NULL)) AS doubtful
  FROM mails m JOIN zones z ON z.account = m.id AND (m.domain = z.domain OR m.domain LIKE '%.' || z.domain) GROUP BY m.uid),
answers AS (SELECT DISTINCT account FROM reads WHERE operation = 'route53:ListHostedZones' AND status = 'ok')
SELECT m.uid AS resource,
       CASE WHEN m.email IS NULL THEN 'unknown'
            WHEN w.holds IS NOT NULL THEN 'fail'
            WHEN w.doubtful IS NOT NULL OR a.account IS NULL THEN 'unknown'
            ELSE 'pass' END AS verdict,
       iif(w.holds IS NULL, 'Properties.Email', 'Properties.Name') AS path,
       coalesce('no public zone of ' || m.domain || ' in account '
           || m.id, 'no public zone of the address''s domain') AS expected,
       CASE WHEN m.email IS NULL THEN coalesce(m.unread, 'no address was told')
            WHEN w.holds IS NOT NULL THEN 'the account hosts it'
            WHEN w.doubtful IS NOT NULL THEN 'whether its zone is private is not known'
            ELSE iif(a.account IS NULL, 'route53:ListHostedZones was not read', 'hosted elsewhere') END AS value,
       w.holds AS evidence_of
FROM mails m LEFT JOIN worst w ON w.uid = m.uid LEFT JOIN answers a ON a.account = m.id
