-- A rule for one port is a statement of purpose; a wide range, or all traffic, says nothing about what runs behind it.
WITH ports(port, product) AS (VALUES (1433, 'SQL Server'), (1521, 'Oracle'), (3306, 'MySQL or MariaDB'), (5432, 'PostgreSQL'),
    (5984, 'CouchDB'), (6379, 'Redis or Valkey'),
  (7000, 'Cassandra'), (9042, 'Cassandra'), (9200, 'Elasticsearch'), (11211, 'Memcached'), (27017, 'MongoDB'), (50000, 'Db2')),
pairs AS (
  SELECT i.uid, g.value AS security_group, s.ingress, s.uid IS NULL OR json_extract(s.unknown, '$.ingress') IS NOT NULL
      AS unread
  FROM aws_ec2_instance i, json_each(i.security_groups) g LEFT JOIN aws_ec2_securitygroup s ON s.id = g.value
      AND s.account = i.account AND s.region IS i.region),
found AS (
  SELECT p.uid, min(p.security_group || ' opens ' || o.port || ' (' || o.product || ')') AS what
  FROM pairs p, json_each(p.ingress) r JOIN ports o ON CAST(json_extract(r.value, '$.FromPort') AS INTEGER) = o.port
      AND CAST(json_extract(r.value, '$.ToPort') AS INTEGER) = o.port
  WHERE lower(json_extract(r.value, '$.IpProtocol')) IN ('tcp', '6')
  GROUP BY p.uid),
judged AS (
  SELECT i.uid, f.what, json_extract(i.unknown, '$.security_groups') AS unread_list,
         (SELECT min(p.security_group) FROM pairs p WHERE p.uid = i.uid AND p.unread) AS unread_group
  FROM aws_ec2_instance i LEFT JOIN found f ON f.uid = i.uid
  WHERE i.state IS NOT 'terminated')
SELECT uid AS resource,
       CASE WHEN what IS NOT NULL THEN 'fail'
            WHEN unread_list IS NULL AND unread_group IS NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.SecurityGroupIds' AS path,
       'no security group that opens a database port' AS expected,
       coalesce(what, unread_list, unread_group || ' was not read', 'none') AS value
FROM judged
