-- Nobody tells which domains are the firm's. That of the management account is, unless it is a provider's at which anyone can
-- have a mailbox (docs/decisions/2026-11-28-company-mail-domain.md). Providers with a domain for each country are named by their
-- stem.
WITH mails AS (
  SELECT m.uid, m.id, m.email, lower(substr(m.email, instr(m.email, '@') + 1)) AS domain,
      json_extract(m.unknown, '$.email') AS unread
  FROM aws_organizations_account m WHERE m.state IS NOT 'SUSPENDED'),
providers(domain) AS (VALUES
  ('gmail.com'), ('googlemail.com'), ('outlook.%'), ('hotmail.%'), ('live.%'), ('msn.com'), ('yahoo.%'), ('ymail.com'),
      ('aol.com'),
  ('icloud.com'), ('me.com'), ('mac.com'), ('gmx.%'), ('web.de'), ('t-online.de'), ('proton.me'), ('protonmail.com'), ('pm.me'),
  ('tutanota.com'), ('tuta.com'), ('fastmail.com'), ('mail.com'), ('zoho.com'), ('yandex.%'), ('mail.ru'), ('qq.com'),
      ('163.com'),
  ('126.com'), ('naver.com'), ('orange.fr'), ('free.fr'), ('libero.it')),
judged AS (
  SELECT m.uid, m.email, m.domain, m.unread, own.domain AS own,
         EXISTS (SELECT 1 FROM providers p WHERE m.domain LIKE p.domain) AS public
  FROM mails m LEFT JOIN reeve_organization o LEFT JOIN mails own ON own.id = o.management_account)
SELECT uid AS resource,
       CASE WHEN email IS NULL THEN 'unknown'
            WHEN public THEN 'fail'
            WHEN own IS NULL THEN 'unknown'
            WHEN domain = own OR domain LIKE '%.' || own OR own LIKE '%.' || domain THEN 'pass'
            ELSE 'fail' END AS verdict,
       'Properties.Email' AS path,
       coalesce('an address on ' || own, 'an address on the organization''s domain') AS expected,
       CASE WHEN email IS NULL THEN coalesce(unread, 'no address was told')
            WHEN public THEN domain || ' is a public mail provider' ELSE domain END AS value
FROM judged
