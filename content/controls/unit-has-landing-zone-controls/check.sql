WITH RECURSIVE above(unit, node) AS (
  SELECT id, id FROM aws_organizations_organizationalunit
  UNION SELECT a.unit, u.parent FROM above a JOIN aws_organizations_organizationalunit u ON u.id = a.node WHERE u.parent IS NOT NULL),
enabled AS (
  SELECT u.id AS node, count(*) AS controls FROM aws_controltower_enabledcontrol c
  JOIN aws_organizations_organizationalunit u ON u.uid = c.target OR u.id = c.target GROUP BY u.id),
reached AS (SELECT a.unit, sum(e.controls) AS controls FROM above a JOIN enabled e ON e.node = a.node GROUP BY a.unit),
zone AS (SELECT min(region) AS region, count(*) AS zones FROM aws_controltower_landingzone),
asked AS (SELECT region, min(status) AS status FROM reads WHERE operation = 'controltower:ListEnabledControls' GROUP BY region),
listed AS (SELECT count(*) AS zones_told FROM reads WHERE operation = 'controltower:ListLandingZones' AND status = 'ok'),
seen AS (
  SELECT u.uid, z.zones, l.zones_told, coalesce(r.controls, 0) AS controls, q.status AS asked,
      (SELECT count(*) FROM aws_organizations_account m WHERE m.parent = u.id AND m.state = 'ACTIVE') AS accounts,
      (SELECT count(*) FROM aws_organizations_account m WHERE m.parent IS NULL OR m.state IS NULL) AS astray,
      (SELECT max(a.node LIKE 'r-%') FROM above a WHERE a.unit = u.id) AS to_the_root
  FROM aws_organizations_organizationalunit u CROSS JOIN zone z CROSS JOIN listed l LEFT JOIN reached r ON r.unit = u.id
      LEFT JOIN asked q ON q.region = z.region)
SELECT uid AS resource,
       CASE WHEN zones = 0 AND zones_told > 0 THEN 'not_applicable'
            WHEN accounts = 0 AND astray = 0 THEN 'not_applicable'
            WHEN zones = 0 OR accounts = 0 THEN 'unknown'
            WHEN controls > 0 THEN 'pass'
            WHEN asked = 'ok' AND to_the_root THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Properties.Name' AS path,
       'a control enabled on the unit or above it' AS expected,
       CASE WHEN zones = 0 THEN 'controltower:ListLandingZones was not read'
            WHEN accounts = 0 THEN 'no account in it is known'
            WHEN controls > 0 THEN controls || ' enabled'
            WHEN asked = 'ok' AND to_the_root THEN 'none'
            WHEN asked = 'ok' THEN 'the units above it were not read'
            ELSE 'controltower:ListEnabledControls was not read' END AS value
FROM seen
