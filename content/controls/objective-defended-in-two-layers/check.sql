-- What one layer alone can serve is not asked for two.
WITH each AS (
  SELECT objective, (prevent_pass > 0) + (detect_pass > 0) + (respond_pass > 0) AS standing,
         (prevent_pass + prevent_unknown > 0) + (detect_pass + detect_unknown > 0)
           + (respond_pass + respond_unknown > 0) AS possible
  FROM objective_results WHERE (prevent > 0) + (detect > 0) + (respond > 0) >= 2),
counted AS (
  SELECT count(*) AS objectives, sum(possible < 2) AS fails, sum(standing < 2 AND possible >= 2) AS unknowns,
         min(iif(possible < 2, objective, NULL)) AS first_fail, min(iif(standing < 2, objective, NULL)) AS first_open
  FROM each)
SELECT o.uid AS resource,
       CASE WHEN c.objectives = 0 THEN 'not_applicable'
            WHEN c.fails > 0 THEN 'fail'
            WHEN c.unknowns > 0 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'two layers in which a control passes' AS expected,
       CASE WHEN c.fails > 0 THEN c.fails || ' of ' || c.objectives || ' have fewer, such as ' || c.first_fail
            WHEN c.unknowns > 0 THEN c.unknowns || ' of ' || c.objectives || ' may have fewer, such as ' || c.first_open
            ELSE c.objectives || ' of ' || c.objectives END AS value
FROM reeve_organization o CROSS JOIN counted c
