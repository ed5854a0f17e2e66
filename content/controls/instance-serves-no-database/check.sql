-- A rule for one port is a statement of purpose; a wide range, or all traffic, says nothing about what runs behind it.
-- Many instances share a group, so each group is looked at once.
WITH ports(port, product) AS (VALUES (1433, 'SQL Server'), (1521, 'Oracle'), (3306, 'MySQL or MariaDB'), (5432, 'PostgreSQL'),
    (5984, 'CouchDB'), (6379, 'Redis or Valkey'),
  (7000, 'Cassandra'), (9042, 'Cassandra'), (9200, 'Elasticsearch'), (11211, 'Memcached'), (27017, 'MongoDB'), (50000, 'Db2')),
groups AS MATERIALIZED (
  SELECT s.account, s.region, s.id, s.ingress IS NULL AND json_extract(s.unknown, '$.ingress') IS NOT NULL AS unread,
         (SELECT min(s.id || ' opens ' || json_extract(r.value, '$.FromPort') || ' ('
             || (SELECT o.product FROM ports o WHERE o.port = CAST(json_extract(r.value, '$.FromPort') AS INTEGER)) || ')')
          FROM json_each(s.ingress) r
          WHERE CAST(json_extract(r.value, '$.FromPort') AS INTEGER)
              IN (1433, 1521, 3306, 5432, 5984, 6379, 7000, 9042, 9200, 11211, 27017, 50000)
              AND CAST(json_extract(r.value, '$.ToPort') AS INTEGER) = CAST(json_extract(r.value, '$.FromPort') AS INTEGER)
              AND lower(json_extract(r.value, '$.IpProtocol')) IN ('tcp', '6')) AS what
  FROM aws_ec2_securitygroup s),
judged AS (
  SELECT i.uid, min(s.what) AS what, json_extract(i.unknown, '$.security_groups') AS unread_list,
         min(iif(g.value IS NOT NULL AND (s.id IS NULL OR s.unread),
                 iif(g.type = 'object', json_extract(g.value, '$."$unknown"'), g.value || ' was not read'), NULL)) AS unread_group
  FROM aws_ec2_instance i LEFT JOIN json_each(i.security_groups) g LEFT JOIN groups s ON s.id = g.value
      AND s.account = i.account AND s.region IS i.region
  WHERE i.state IS NOT 'terminated'
  GROUP BY i.uid)
SELECT uid AS resource,
       CASE WHEN what IS NOT NULL THEN 'fail'
            WHEN unread_list IS NULL AND unread_group IS NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'Properties.SecurityGroupIds' AS path,
       'no security group that opens a database port' AS expected,
       coalesce(what, unread_list, unread_group, 'none') AS value
FROM judged
