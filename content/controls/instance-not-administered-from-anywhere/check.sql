-- An instance without a row is reached by nothing.
WITH knocked AS (
  SELECT behind, sure, target, way, protocol, from_port FROM network_reach
  WHERE anybody = 1 AND ((protocol = 6 AND ((from_port <= 22 AND to_port >= 22) OR (from_port <= 3389 AND to_port >= 3389) OR (from_port <= 5986 AND to_port >= 5985)))
                      OR (protocol = 17 AND from_port <= 3389 AND to_port >= 3389)))
SELECT i.uid AS resource,
       CASE WHEN i.state IN ('terminated', 'shutting-down') THEN 'not_applicable'
            WHEN max(k.sure) = 1 THEN 'fail' WHEN max(k.sure) = 0 THEN 'unknown' ELSE 'pass' END AS verdict,
       'Properties.PublicIp' AS path,
       'no way from the internet to an administration port' AS expected,
       CASE WHEN max(k.sure) IS NULL THEN 'no way' ELSE (SELECT w.way FROM knocked w WHERE w.behind = i.uid ORDER BY w.sure DESC, w.target, w.protocol, w.from_port LIMIT 1) END AS value
FROM aws_ec2_instance i LEFT JOIN knocked k ON k.behind = i.uid GROUP BY i.uid
