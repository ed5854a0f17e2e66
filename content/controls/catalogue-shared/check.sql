-- Only the management account and the service's delegated administrators can share with units, so only their answers count for no.
WITH shared AS (
  SELECT min(coalesce(name, id)) AS portfolio FROM aws_servicecatalog_portfolio
  WHERE json_array_length(shared_with_organization) > 0 OR json_array_length(shared_with_units) > 0),
owners AS (
  SELECT management_account AS account FROM reeve_organization WHERE management_account IS NOT NULL
  UNION SELECT m.id FROM aws_organizations_account m, json_each(m.delegated_services) d WHERE d.value = 'servicecatalog.amazonaws.com'),
told AS (SELECT DISTINCT account, region FROM reads WHERE operation = 'servicecatalog:ListPortfolios' AND status = 'ok'),
gaps AS (
  SELECT count(*) AS regions, min(iif(t.account IS NULL, w.account || ' in ' || g.region, NULL)) AS missing
  FROM owners w JOIN regions g ON g.account = w.account AND g.region <> 'global'
      LEFT JOIN told t ON t.account = g.account AND t.region = g.region),
half AS (
  SELECT min(coalesce(name, id)) AS portfolio FROM aws_servicecatalog_portfolio
  WHERE account IN (SELECT account FROM owners) AND (shared_with_organization IS NULL OR shared_with_units IS NULL)
      AND (json_extract(unknown, '$.shared_with_organization') IS NOT NULL OR json_extract(unknown, '$.shared_with_units') IS NOT NULL)),
undelegated AS (
  SELECT count(*) AS unread FROM reeve_organization o, json_each(o.delegated_administrators) a
  JOIN aws_organizations_account m ON m.id = a.value WHERE m.delegated_services IS NULL)
SELECT o.uid AS resource,
       CASE WHEN s.portfolio IS NOT NULL THEN 'pass'
            WHEN g.regions > 0 AND g.missing IS NULL AND h.portfolio IS NULL AND u.unread = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       NULL AS path,
       'a portfolio shared with the organization or a unit' AS expected,
       CASE WHEN s.portfolio IS NOT NULL THEN s.portfolio
            WHEN g.missing IS NOT NULL THEN 'servicecatalog:ListPortfolios was not read by ' || g.missing
            WHEN g.regions = 0 THEN 'the management account was not read'
            WHEN h.portfolio IS NOT NULL THEN 'with whom ' || h.portfolio || ' is shared was not read'
            WHEN u.unread > 0 THEN 'organizations:ListDelegatedServicesForAccount was not read'
            ELSE 'none' END AS value
FROM reeve_organization o CROSS JOIN shared s CROSS JOIN gaps g CROSS JOIN half h CROSS JOIN undelegated u
