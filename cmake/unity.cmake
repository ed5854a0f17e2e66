# Files of a room are compiled several at once (CMAKE_UNITY_BUILD, which all presets but dev set): most of what a file costs goes
# into headers, so a build from nothing takes a third of the time. These are compiled alone, because a private name of theirs is that of another file
# in the room; a file whose names clash ("redefinition", "ambiguous") is added here, or its name made better.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
set(REEVE_ALONE
  access/action_groups.cc access/event_actions.cc access/event_request.cc access/guardrails_bound.cc access/impact.cc access/impact_parts.cc access/lockout.cc
  access/policy_diff.cc access/public_access.cc access/public_estate.cc cli/access_print.cc cli/run_access_diff.cc cli/run_access_guardrails.cc
  cli/run_access_public.cc cli/run_access_scp_impact.cc policy/cells.cc
  assess/threat_part.cc cli/run_model_status.cc report/threats_json.cc threats/alarms.cc threats/status.cc
  assess/history.cc assess/tally.cc assess/unit_result.cc
  aws/credential_hosts.cc aws/credential_login.cc aws/credential_roles.cc aws/http.cc aws/protocol_xml.cc
  check/check.cc check/drift.cc check/drift_findings.cc check/drift_live.cc check/drift_value.cc check/exceptions.cc
  check/guard_case.cc check/guard_functions.cc check/guard_lex.cc check/guard_parse_query.cc check/guard_trace.cc
  check/maybe.cc check/rule_tests.cc check/rulegen.cc
  access/questions.cc access/questions_outside.cc access/questions_unused.cc access/questions_who.cc
  cli/access_kit.cc cli/run_access_can.cc cli/run_access_cross_account.cc cli/run_access_unused.cc cli/run_access_who_can.cc
  cli/detect_commands.cc cli/detect_text.cc cli/digest_text.cc cli/run_detect.cc cli/run_detect_backtest.cc cli/run_detect_cases.cc cli/run_detect_digests.cc cli/run_detect_incidents.cc cli/run_detect_outbox.cc cli/detect_outputs.cc
  cli/check_text.cc cli/commands.cc cli/drift_text.cc cli/run_explain.cc cli/run_history.cc cli/run_model_estate_risk.cc cli/run_model_register.cc cli/risk_run.cc
  collect/engine.cc collect/plan_graph.cc
  content/control.cc content/fields.cc content/risk_scale.cc content/threats.cc content/workspace.cc
  estate/replies_read.cc estate/resource_type.cc estate/snapshot.cc estate/stack_functions.cc estate/stack_resolver.cc
  estate/template.cc
  findings/secret_patterns.cc
  formats/json.cc formats/json_pick.cc formats/unpack.cc formats/yaml.cc
  notify/mail.cc notify/payload.cc notify/post_office.cc notify/sender.cc
  report/csv.cc report/diagram_drawn.cc report/markdown_shown.cc report/history_json.cc report/markdown.cc report/model_report.cc report/objectives_json.cc report/ocsf.cc report/oscal.cc
  report/threats_told.cc report/plan_json.cc report/redaction_ids.cc report/workspace_json.cc
  assess/unit_result_test.cc content/content_test.cc content/detections_test.cc content/record_view_test.cc
  content/threats_page_test.cc content/threats_test.cc
  estate/stack_test.cc estate/template_test.cc estate/terraform_test.cc
  formats/json_test.cc formats/yaml_test.cc policy/identity_test.cc policy/public_test.cc policy/scp_test.cc
  threats/derive_test.cc threats/scope_test.cc threats/status_test.cc threats/ways_test.cc
  model/fair_test.cc collect/plan_test.cc collect/record_test.cc store/store_test.cc)
# And these because every event of a log goes through them: in a unit of several files the compiler leaves calls in their loops that it puts in place otherwise.
set(REEVE_LOOPS detect/alert.cc detect/alert_json.cc detect/evidence.cc detect/run.cc)
foreach(file ${REEVE_ALONE} ${REEVE_LOOPS})
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/${file} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endforeach()
