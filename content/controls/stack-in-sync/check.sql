SELECT uid AS resource,
       CASE WHEN drift_status = 'IN_SYNC' AND days_since(drift_checked) <= 30 THEN 'pass'
            WHEN drift_status IN ('IN_SYNC', 'UNKNOWN') THEN 'unknown'
            WHEN drift_status IS NULL AND json_extract(unknown, '$.drift_status') IS NOT NULL THEN 'unknown'
            ELSE 'fail' END AS verdict,
       iif(drift_status = 'IN_SYNC', 'Observed.DriftChecked', 'Observed.DriftStatus') AS path,
       'no drift, as a check of the last 30 days found' AS expected,
       CASE WHEN drift_status = 'IN_SYNC' AND drift_checked IS NULL THEN 'IN_SYNC, of an unknown day'
            WHEN drift_status = 'IN_SYNC' THEN 'IN_SYNC, ' || days_since(drift_checked) || ' days ago'
            ELSE coalesce(drift_status, json_extract(unknown, '$.drift_status'), 'never checked') END AS value
FROM aws_cloudformation_stack
