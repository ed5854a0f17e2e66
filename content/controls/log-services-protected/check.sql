WITH asked(actions, principal) AS (VALUES (
'cloudtrail:StopLogging cloudtrail:DeleteTrail config:StopConfigurationRecorder
  config:DeleteConfigurationRecorder guardduty:DeleteDetector
  cloudtrail:UpdateTrail cloudtrail:PutEventSelectors config:PutConfigurationRecorder
  config:DeleteDeliveryChannel guardduty:UpdateDetector guardduty:DisassociateFromAdministratorAccount',
'any'))
SELECT s.uid AS resource, scp_verdict(s.account, q.actions, q.principal) AS verdict, NULL AS path,
       'a service control policy that denies it to everybody' AS expected,
       scp_value(s.account, q.actions, q.principal) AS value
FROM reeve_account_settings s CROSS JOIN asked q
