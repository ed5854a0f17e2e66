-- A decision to adopt needs no end; one that nobody has made is another control's.
WITH held AS (
  SELECT subject, expires FROM reviews WHERE kind IN ('service', 'feature') AND decided IS NOT NULL AND decision <> 'adopt'),
counted AS (
  SELECT count(*) AS all_held, sum(expires IS NULL) AS endless, sum(expires <= as_of()) AS passed,
         min(iif(expires IS NULL OR expires <= as_of(), subject, NULL)) AS first
  FROM held)
SELECT o.uid AS resource,
       CASE WHEN c.all_held = 0 THEN 'not_applicable'
            WHEN c.endless > 0 OR c.passed > 0 THEN 'fail'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'an end that lies ahead' AS expected,
       CASE WHEN c.first IS NOT NULL THEN c.endless || ' without an end, ' || c.passed || ' past it, such as ' || c.first
            ELSE c.all_held || ' of ' || c.all_held END AS value
FROM reeve_organization o CROSS JOIN counted c
