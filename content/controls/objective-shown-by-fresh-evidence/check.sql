-- An objective without a pass fails only if nothing that is unknown could be one.
WITH each AS (
  SELECT objective,
         CASE WHEN pass = 0 AND unknown = 0 THEN 'fail'
              WHEN evidence_age_days > evidence_max_age_days THEN 'fail'
              WHEN pass = 0 THEN 'unknown'
              WHEN pass > pass_attested AND (evidence_undated OR evidence_age_days IS NULL) THEN 'unknown'
              ELSE 'pass' END AS verdict
  FROM objective_results),
counted AS (
  SELECT count(*) AS objectives, sum(verdict = 'fail') AS fails, sum(verdict = 'unknown') AS unknowns,
         min(iif(verdict = 'fail', objective, NULL)) AS first_fail, min(iif(verdict = 'unknown', objective, NULL)) AS first_unknown
  FROM each)
SELECT o.uid AS resource,
       CASE WHEN c.objectives = 0 THEN 'unknown'
            WHEN c.fails > 0 THEN 'fail'
            WHEN c.unknowns > 0 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'a passing control and fresh evidence for each' AS expected,
       CASE WHEN c.objectives = 0 THEN 'no objective'
            WHEN c.fails > 0 THEN c.fails || ' of ' || c.objectives || ' without, such as ' || c.first_fail
            WHEN c.unknowns > 0 THEN c.unknowns || ' of ' || c.objectives || ' not known, such as ' || c.first_unknown
            ELSE c.objectives || ' of ' || c.objectives END AS value
FROM reeve_organization o CROSS JOIN counted c
