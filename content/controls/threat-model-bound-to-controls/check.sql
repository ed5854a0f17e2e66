WITH meant AS (
  SELECT m.mitigation || ' of ' || m.model AS what, m.control, c.status
  FROM mitigations m LEFT JOIN control_results c ON c.control = m.control
  WHERE m.detection IS NULL AND NOT EXISTS (SELECT 1 FROM threats t WHERE t.model = m.model AND t.threat = m.threat AND t.state = 'gone')),
sums AS (
  SELECT count(*) AS n, sum(control IS NULL OR status IS NULL) AS loose,
         sum(coalesce(status IN ('fail', 'excepted', 'not_applicable'), 0)) AS broken,
         sum(coalesce(status = 'unknown', 0)) AS untold,
         min(iif(control IS NULL OR status IS NULL OR status <> 'pass' AND status <> 'unknown',
                 what || coalesce(' (' || control || ')', ''), NULL)) AS first
  FROM meant)
SELECT o.uid AS resource,
       CASE WHEN s.n = 0 THEN 'not_applicable'
            WHEN s.loose + s.broken > 0 THEN 'fail'
            WHEN s.untold > 0 THEN 'unknown'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'each mitigation bound to a control that passes' AS expected,
       CASE WHEN s.loose + s.broken > 0 
                 THEN s.loose || ' bound to no control, ' || s.broken || ' to one that does not pass, such as ' || s.first
            WHEN s.untold > 0 THEN s.untold || ' bound to a control that is unknown'
            ELSE s.n || ' bound to controls that pass' END AS value
FROM reeve_organization o CROSS JOIN sums s
