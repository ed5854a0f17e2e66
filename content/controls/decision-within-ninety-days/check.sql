-- What waits and is younger than the limit has not told anything yet.
WITH waited AS (
  SELECT julianday(coalesce(decided, as_of())) - julianday(announced) AS days, decided IS NULL AS open
  FROM reviews WHERE kind <> 'bulletin' AND announced IS NOT NULL AND (decided IS NULL OR days_since(decided) <= 365)),
ranked AS (
  SELECT max(days, 0) AS days, row_number() OVER (ORDER BY days) AS nth, count(*) OVER () AS n FROM waited WHERE NOT (open AND days <= 90)),
middle AS (SELECT avg(days) AS days, max(n) AS n FROM ranked WHERE nth IN ((n + 1) / 2, (n + 2) / 2))
SELECT o.uid AS resource,
       CASE WHEN m.n IS NULL THEN 'not_applicable' WHEN m.days > 90 THEN 'fail' ELSE 'pass' END AS verdict,
       NULL AS path,
       'a median of at most 90 days' AS expected,
       coalesce(round(m.days, 1) || ' days over ' || m.n, 'nothing was decided in a year') AS value
FROM reeve_organization o CROSS JOIN middle m
