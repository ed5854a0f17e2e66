-- The run that held thirty days ago. A control counts with the share of its resources that pass, whatever their number, and
-- one that was not there to be judged at both times counts at neither. A run that judges a part is not held against a whole.
WITH month_ago AS (SELECT max(run) AS run FROM control_history WHERE time = (
    SELECT max(time) FROM control_history WHERE julianday(as_of()) - julianday(time) >= 30)),
shares AS (
  SELECT r.objective, avg(1.0 * h.pass / (h.pass + h.fail + h.unknown)) AS before,
         avg(1.0 * r.pass / (r.pass + r.fail + r.unknown)) AS now
  FROM control_results r JOIN control_history h ON h.control = r.control AND h.run = (SELECT run FROM month_ago)
  WHERE r.pass + r.fail + r.unknown > 0 AND h.pass + h.fail + h.unknown > 0 GROUP BY r.objective),
falling AS (
  SELECT count(*) AS n, min(objective) AS first FROM shares WHERE 100 * (before - now) > 5)
SELECT o.uid AS resource,
       CASE WHEN NOT whole_run() OR NOT EXISTS (SELECT 1 FROM shares) THEN 'unknown'
            WHEN f.n > 0 THEN 'fail'
            ELSE 'pass' END AS verdict,
       NULL AS path,
       'no fall of more than 5 points in a month' AS expected,
       CASE WHEN NOT whole_run() THEN 'this run judges a part, which says nothing of the whole'
            WHEN NOT EXISTS (SELECT 1 FROM shares) THEN 'the workspace has no results of a month ago yet'
            WHEN f.n > 0 THEN f.n || iif(f.n = 1, ' objective', ' objectives') || ' fell, such as ' || f.first
            ELSE (SELECT count(*) FROM shares) || ' held or rose' END AS value
FROM reeve_organization o CROSS JOIN falling f
