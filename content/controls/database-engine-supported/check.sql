-- Last days of standard support from the RDS and Aurora user guides' release calendars, as of 22 November 2026. Commercial
-- engines follow
-- their makers' calendars and are not judged; a version that is not in the table is newer or was never offered.
WITH ends(engine, major, day) AS MATERIALIZED (VALUES
  ('mysql', '5.5', '2021-05-25'), ('mysql', '5.6', '2022-03-01'), ('mysql', '5.7', '2024-02-29'),
  ('mysql', '8.0', '2026-07-31'), ('mysql', '8.4', '2029-07-31'), ('mariadb', '10.0', '2021-02-02'),
  ('mariadb', '10.1', '2021-02-02'), ('mariadb', '10.2', '2022-10-15'), ('mariadb', '10.3', '2023-10-23'),
  ('mariadb', '10.4', '2025-02-28'), ('mariadb', '10.5', '2026-02-28'), ('mariadb', '10.6', '2026-07-31'),
  ('mariadb', '10.11', '2028-02-29'), ('mariadb', '11.4', '2029-05-31'), ('postgres', '9.3', '2018-11-08'),
  ('postgres', '9.4', '2020-01-15'), ('postgres', '9.5', '2021-02-16'), ('postgres', '9.6', '2022-04-30'),
  ('postgres', '10', '2023-04-17'), ('postgres', '11', '2024-02-29'), ('postgres', '12', '2025-02-28'),
  ('postgres', '13', '2026-02-28'), ('postgres', '14', '2027-02-28'), ('postgres', '15', '2028-02-29'),
  ('postgres', '16', '2029-02-28'), ('postgres', '17', '2030-02-28'), ('aurora', '5.6', '2023-02-28'),
  ('aurora-mysql', '5.7', '2024-10-31'), ('aurora-mysql', '8.0', '2028-04-30'),
  ('aurora-postgresql', '9.6', '2022-01-31'), ('aurora-postgresql', '10', '2023-01-31'),
  ('aurora-postgresql', '11', '2024-02-29'), ('aurora-postgresql', '12', '2025-02-28'),
  ('aurora-postgresql', '13', '2026-02-28'), ('aurora-postgresql', '14', '2027-02-28'),
  ('aurora-postgresql', '15', '2028-02-29'), ('aurora-postgresql', '16', '2029-02-28'),
  ('aurora-postgresql', '17', '2030-02-28')),
cut AS (
  SELECT uid, engine, engine_version, unknown, substr(engine_version, 1, instr(engine_version || '.', '.') - 1) AS one,
         substr(engine_version, instr(engine_version || '.', '.') + 1) || '.' AS rest
  FROM aws_rds_dbinstance),
judged AS (
  SELECT d.uid, d.engine, d.engine_version, coalesce(json_extract(d.unknown, '$.engine'), json_extract(d.unknown,
      '$.engine_version')) AS unread, coalesce(b.day, a.day) AS last_day
  FROM cut d LEFT JOIN ends a ON a.engine = d.engine AND a.major = d.one
      LEFT JOIN ends b ON b.engine = d.engine AND b.major = d.one || '.' || substr(d.rest, 1, instr(d.rest, '.') - 1))
SELECT uid AS resource,
       CASE WHEN engine LIKE 'oracle%' OR engine LIKE 'sqlserver%' OR engine LIKE 'custom%' OR engine LIKE 'db2%'
           OR engine IN ('neptune', 'docdb') THEN 'not_applicable'
            WHEN last_day < substr(as_of(), 1, 10) THEN 'fail'
            WHEN last_day IS NOT NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.EngineVersion' AS path,
       'a major version in standard support' AS expected,
       coalesce(unread, engine || ' ' || engine_version || coalesce(', until ' || last_day,
           ', not in the table of 22 November 2026'), 'its engine or its version is not in the reply') AS value
FROM judged
