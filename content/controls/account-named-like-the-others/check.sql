-- The convention is read from the names: the case of the letters and what stands between the words, if more than half of at least
-- four active accounts agree.
WITH named AS (
  SELECT uid, account_name AS name, json_extract(unknown, '$.account_name') AS unread FROM aws_organizations_account WHERE state = 'ACTIVE'),
spelled AS (
  SELECT uid, name, unread,
         CASE WHEN name = lower(name) THEN 'lower case' WHEN name = upper(name) THEN 'upper case' ELSE 'mixed case' END || ', ' ||
         CASE WHEN trim(name) GLOB '* *' THEN 'words parted by blanks' WHEN name GLOB '*_*' THEN 'words parted by _'
              WHEN name GLOB '*.*' THEN 'words parted by .' WHEN name GLOB '*-*' THEN 'words parted by -' ELSE 'one word' END AS way
  FROM named),
-- A single word fits every convention of its case.
ways AS (SELECT way, count(*) AS accounts FROM spelled WHERE name IS NOT NULL AND way NOT LIKE '%one word' GROUP BY way),
cases AS (SELECT substr(way, 1, instr(way, ',') - 1) AS letters, count(*) AS accounts FROM spelled WHERE name IS NOT NULL GROUP BY 1),
total AS (SELECT count(name) AS accounts, sum(unread IS NOT NULL) AS unread FROM spelled),
convention AS (
  SELECT w.way, substr(w.way, 1, instr(w.way, ',') - 1) AS letters FROM ways w JOIN cases c ON c.letters = substr(w.way, 1, instr(w.way, ',') - 1)
  CROSS JOIN total t
  WHERE t.accounts >= 4 AND c.accounts * 2 > t.accounts
      AND w.accounts * 2 > (SELECT sum(accounts) FROM ways) ORDER BY w.accounts DESC LIMIT 1)
SELECT s.uid AS resource,
       CASE WHEN s.unread IS NOT NULL THEN 'unknown'
            WHEN t.accounts < 4 AND t.unread = 0 THEN 'not_applicable'
            WHEN t.unread > 0 AND c.way IS NULL THEN 'unknown'
            WHEN c.way IS NULL THEN 'fail'
            WHEN s.way = c.way OR s.way = c.letters || ', one word' THEN 'pass'
            ELSE 'fail' END AS verdict,
       'Properties.AccountName' AS path,
       coalesce(c.way, 'a way that most accounts share') AS expected,
       coalesce(s.name, s.unread, 'no name') AS value
FROM spelled s CROSS JOIN total t LEFT JOIN convention c ON 1
