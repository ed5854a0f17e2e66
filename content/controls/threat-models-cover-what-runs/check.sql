-- One look for each service: whether there is any, not how many.
WITH runs AS (
  SELECT 'ApiGateway' AS service WHERE EXISTS (SELECT 1 FROM aws_apigateway_restapi WHERE account <> '')
  UNION ALL SELECT 'CloudFront' WHERE EXISTS (SELECT 1 FROM aws_cloudfront_distribution WHERE account <> '')
  UNION ALL SELECT 'DynamoDB' WHERE EXISTS (SELECT 1 FROM aws_dynamodb_table WHERE account <> '')
  UNION ALL SELECT 'EC2' WHERE EXISTS (SELECT 1 FROM aws_ec2_instance WHERE account <> '')
  UNION ALL SELECT 'ECS' WHERE EXISTS (SELECT 1 FROM aws_ecs_service WHERE account <> '')
  UNION ALL SELECT 'EFS' WHERE EXISTS (SELECT 1 FROM aws_efs_filesystem WHERE account <> '')
  UNION ALL SELECT 'EKS' WHERE EXISTS (SELECT 1 FROM aws_eks_cluster WHERE account <> '')
  UNION ALL SELECT 'ElastiCache' WHERE EXISTS (SELECT 1 FROM aws_elasticache_replicationgroup WHERE account <> '')
  UNION ALL SELECT 'Kinesis' WHERE EXISTS (SELECT 1 FROM aws_kinesis_stream WHERE account <> '')
  UNION ALL SELECT 'Lambda' WHERE EXISTS (SELECT 1 FROM aws_lambda_function WHERE account <> '')
  UNION ALL SELECT 'MSK' WHERE EXISTS (SELECT 1 FROM aws_msk_cluster WHERE account <> '')
  UNION ALL SELECT 'OpenSearchService' WHERE EXISTS (SELECT 1 FROM aws_opensearchservice_domain WHERE account <> '')
  UNION ALL SELECT 'RDS' WHERE EXISTS (SELECT 1 FROM aws_rds_dbinstance WHERE account <> '')
  UNION ALL SELECT 'Redshift' WHERE EXISTS (SELECT 1 FROM aws_redshift_cluster WHERE account <> '')
  UNION ALL SELECT 'S3' WHERE EXISTS (SELECT 1 FROM aws_s3_bucket WHERE account <> '')
  UNION ALL SELECT 'SNS' WHERE EXISTS (SELECT 1 FROM aws_sns_topic WHERE account <> '')
  UNION ALL SELECT 'SQS' WHERE EXISTS (SELECT 1 FROM aws_sqs_queue WHERE account <> '')
  UNION ALL SELECT 'StepFunctions' WHERE EXISTS (SELECT 1 FROM aws_stepfunctions_statemachine WHERE account <> '')),
missing AS (
  SELECT count(*) AS n, group_concat(service, ', ') AS services FROM (
    SELECT service FROM runs WHERE service NOT IN (SELECT j.value FROM threat_models m, json_each(m.services) j) ORDER BY service))
SELECT o.uid AS resource,
       CASE WHEN m.n > 0 THEN 'fail'
            WHEN EXISTS (SELECT 1 FROM runs) THEN 'pass'
            ELSE 'not_applicable' END AS verdict,
       NULL AS path,
       'each service in a model' AS expected,
       CASE WHEN m.n > 0 THEN 'in no model: ' || m.services ELSE (SELECT count(*) FROM runs) || ' services' END AS value
FROM reeve_organization o CROSS JOIN missing m
