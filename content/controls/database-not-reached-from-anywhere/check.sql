-- A database without a row is reached by nothing.
WITH databases AS (
  SELECT uid FROM aws_rds_dbinstance UNION ALL SELECT uid FROM aws_redshift_cluster),
knocked AS (
  SELECT behind, sure, target, way, protocol, from_port FROM network_reach WHERE anybody = 1)
SELECT d.uid AS resource,
       CASE WHEN max(k.sure) = 1 THEN 'fail' WHEN max(k.sure) = 0 THEN 'unknown' ELSE 'pass' END AS verdict,
       'Properties.PubliclyAccessible' AS path,
       'no way from the internet to it' AS expected,
       CASE WHEN max(k.sure) IS NULL THEN 'no way'
            ELSE (SELECT w.way FROM knocked w WHERE w.behind = d.uid ORDER BY w.sure DESC, w.target, w.protocol, w.from_port LIMIT 1) END AS value
FROM databases d LEFT JOIN knocked k ON k.behind = d.uid GROUP BY d.uid
