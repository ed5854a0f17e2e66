-- Each spelling of the tag is counted on its own. Whoever tags nothing is told so by another control.
WITH said AS (
  SELECT account, replace(replace(replace(replace(lower(key), '-', ''), '_', ''), ' ', ''), '/', ':') AS name, lower(trim(value)) AS class
  FROM tag_counts WHERE trim(value) <> ''),
classes AS (
  SELECT account, name, count(DISTINCT class) AS classes, group_concat(DISTINCT class) AS named FROM said
  WHERE name IN ('classification', 'class', 'sensitivity', 'confidentiality') OR name LIKE '%:classification' OR name LIKE '%:class'
      OR name LIKE '%:sensitivity' OR name LIKE '%:confidentiality' OR name LIKE '%dataclassification' OR name LIKE '%dataclass'
      OR name LIKE '%datasensitivity' OR name LIKE '%dataconfidentiality'
  GROUP BY account, name),
unread AS (SELECT account, resources FROM tag_counts WHERE key IS NULL),
counted AS (
  SELECT s.uid, max(c.classes) AS classes, max(iif(c.classes > 1, c.named, NULL)) AS mixed, coalesce(u.resources, 0) AS unread
  FROM reeve_account_settings s LEFT JOIN classes c ON c.account = s.account LEFT JOIN unread u ON u.account = s.account
  GROUP BY s.uid)
SELECT uid AS resource,
       CASE WHEN classes > 1 THEN 'fail'
            WHEN classes = 1 AND unread = 0 THEN 'pass'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'one class of data' AS expected,
       CASE WHEN classes > 1 THEN mixed
            WHEN unread > 0 THEN 'the tags of ' || unread
           || iif(unread = 1, ' resource', ' resources') || ' were not read'
            ELSE coalesce(classes || ' named', 'no resource names the class of its data') END AS value
FROM counted
