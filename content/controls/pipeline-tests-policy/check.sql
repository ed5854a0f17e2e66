-- A build specification that lies in the repository is not seen here.
WITH actions AS (
  SELECT p.uid, p.account, p.region, a.key AS place, json_extract(a.value, '$.Stage') AS stage, json_extract(a.value, '$.Category') AS category,
         coalesce(json_extract(a.value, '$.RunOrder'), 1) AS turn, json_extract(a.value, '$.Provider') AS provider,
         json_extract(a.value, '$.Project') AS project
  FROM aws_codepipeline_pipeline p, json_each(p.actions) a),
stages AS (SELECT uid, stage, min(place) AS place FROM actions GROUP BY uid, stage),
ordered AS (
  SELECT a.uid, a.account, a.region, a.category, a.provider, a.project, s.place * 10000 + a.turn AS at
  FROM actions a JOIN stages s ON s.uid = a.uid AND s.stage = a.stage),
first AS (SELECT uid, min(at) AS at FROM ordered WHERE category = 'Deploy' GROUP BY uid),
tools(word) AS (VALUES ('cfn-guard'), ('cfn_nag'), ('checkov'), ('conftest'), ('opa eval'), ('opa test'), ('regula'), ('tfsec'), ('trivy config'),
    ('kics'), ('terrascan'), ('sentinel'), ('validate-policy'), ('check-no-new-access'), ('reeve check')),
before AS (
  SELECT o.uid, o.category, o.provider, o.project, b.build_spec,
         EXISTS (SELECT 1 FROM tools t WHERE instr(lower(b.build_spec), t.word) > 0) AS tests,
         b.uid IS NULL OR b.build_spec IS NULL OR instr(trim(b.build_spec), char(10)) = 0 AS unseen
  FROM ordered o JOIN first f ON f.uid = o.uid AND o.at < f.at
      LEFT JOIN aws_codebuild_project b ON b.account = o.account AND b.region = o.region AND b.name = o.project
  WHERE o.category IN ('Test', 'Build', 'Compute', 'Invoke')),
judged AS (
  SELECT uid, max(tests AND NOT unseen) AS tests, min(iif(unseen, coalesce(project, provider), NULL)) AS unseen FROM before GROUP BY uid)
SELECT p.uid AS resource,
       CASE WHEN p.actions IS NULL THEN 'unknown'
            WHEN f.uid IS NULL THEN 'not_applicable'
            WHEN j.tests THEN 'pass'
            WHEN j.unseen IS NOT NULL THEN 'unknown'
            ELSE 'fail' END AS verdict,
       'Observed.Actions' AS path,
       'a policy checker before the first deployment' AS expected,
       CASE WHEN p.actions IS NULL THEN coalesce(json_extract(p.unknown, '$.actions'), 'codepipeline:GetPipeline was not read')
            WHEN f.uid IS NULL THEN 'deploys nothing'
            WHEN j.tests THEN 'one runs'
            WHEN j.unseen IS NOT NULL THEN 'what ' || j.unseen || ' runs was not read'
            WHEN j.uid IS NULL THEN 'nothing is tested before it is deployed'
            ELSE 'no project before the deployment calls one' END AS value
FROM aws_codepipeline_pipeline p LEFT JOIN first f ON f.uid = p.uid LEFT JOIN judged j ON j.uid = p.uid
