-- The tags that CloudFormation, Auto Scaling, EKS and Karpenter set by themselves, and what teams set with other tools.
WITH counted AS (
  SELECT r.account, count(*) AS all_of_them, count(iif(json_extract(r.unknown, '$.tag_list') IS NULL, 1, NULL)) AS known,
         -- The keys that are met most first: looking one up costs a tenth of walking all.
         count(CASE WHEN coalesce(json_extract(r.tags, '$."aws:cloudformation:stack-name"'), json_extract(r.tags, '$."managed-by"'),
             json_extract(r.tags, '$.ManagedBy'), json_extract(r.tags, '$.managed_by')) IS NOT NULL THEN 1
         WHEN EXISTS (
           SELECT 1 FROM json_each(r.tags) t
           WHERE t.key IN ('aws:cloudformation:stack-name', 'aws:autoscaling:groupName', 'eks:nodegroup-name',
               'karpenter.sh/nodepool')
              OR lower(replace(replace(t.key, '_', '-'), ' ', '-')) IN ('managed-by', 'managedby', 'iac', 'terraform', 'pulumi',
                  'cdk', 'provisioner')
              OR lower(t.key) LIKE '%:managed-by' OR lower(t.key) LIKE '%/managed-by') THEN 1 END) AS by_code
  FROM resources r
  WHERE r.born = 1 AND r.type IN ('AWS::EC2::Instance', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster', 'AWS::DynamoDB::Table',
      'AWS::S3::Bucket')
  GROUP BY r.account)
SELECT s.uid AS resource,
       CASE WHEN all_of_them IS NULL THEN 'not_applicable'
            WHEN known < all_of_them THEN 'unknown'
            WHEN 100 * by_code >= 95 * all_of_them THEN 'pass'
            ELSE 'fail' END AS verdict,
       NULL AS path,
       '95 % or more' AS expected,
       coalesce(by_code || ' of ' || all_of_them || iif(known < all_of_them, ', tags of ' || (all_of_them - known)
           || ' not read', ''), 'none there') AS value
FROM reeve_account_settings s LEFT JOIN counted c ON c.account = s.account
