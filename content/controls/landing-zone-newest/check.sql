SELECT uid AS resource,
       CASE WHEN version = latest_version THEN 'pass'
            WHEN version <> latest_version THEN 'fail'
            ELSE 'unknown' END AS verdict,
       'Properties.Version' AS path,
       'the newest version' AS expected,
       coalesce(version || iif(version = latest_version, '', ', newest ' || latest_version), json_extract(unknown, '$.version'),
           json_extract(unknown, '$.latest_version'), 'its version or the newest one is not in the reply') AS value
FROM aws_controltower_landingzone
