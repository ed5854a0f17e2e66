// Objects of logs, one row each: what comes out of them and what the account says.
#include "logs/reader.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zstd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace reeve {
namespace {

std::string gz(std::string_view text) {
  std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> tool(libdeflate_alloc_compressor(6), libdeflate_free_compressor);
  std::string out(libdeflate_gzip_compress_bound(tool.get(), text.size()), '\0');
  out.resize(libdeflate_gzip_compress(tool.get(), text.data(), text.size(), out.data(), out.size()));
  return out;
}

std::string zst(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct Outcome {
  ObjectAudit audit;
  std::vector<std::string> ids;
  std::vector<std::string> kinds;
  std::vector<std::string> problems;
};

Outcome read(std::string bytes, LogLimits limits = {}) {
  Outcome out;
  LogReader reader(limits);
  LogSink sink;
  sink.event = [&](const LogEvent& event) {
    out.ids.push_back(event.string(LogField::event_id));
    out.kinds.emplace_back(name(event.kind));
  };
  sink.problem = [&](Error error) { out.problems.push_back(error.text()); };
  size_t size = bytes.size();
  bytes.append(64, '\0');
  out.audit = reader.read_bytes("object", {bytes.data(), size}, sink);
  return out;
}

std::string refusals(const ObjectAudit& audit) {
  std::string out;
  for (const auto& refusal : audit.refused) {
    if (!out.empty()) out += ", ";
    out += refusal.why + " " + std::to_string(refusal.count) + " at " + refusal.first.text();
  }
  return out;
}

struct Case {
  const char* name;
  std::string bytes;
  std::string ids;  // of the events given, with spaces
  std::string format;
  std::string refused;
  std::string broken;
};

class Objects : public testing::TestWithParam<Case> {};

TEST_P(Objects, AreReadAsTheTableSays) {
  Outcome got = read(GetParam().bytes);
  EXPECT_EQ(join(got.ids, " "), GetParam().ids);
  EXPECT_EQ(got.audit.format, GetParam().format);
  EXPECT_EQ(refusals(got.audit), GetParam().refused);
  EXPECT_EQ(got.audit.broken, GetParam().broken);
  uint64_t refused = 0;
  for (const auto& refusal : got.audit.refused) refused += refusal.count;
  EXPECT_EQ(got.audit.records, got.audit.judged + refused);
  EXPECT_EQ(got.audit.judged, got.ids.size());
}

std::string event(std::string_view id, std::string_view more = "") {
  return R"({"eventVersion":"1.10","eventTime":"2026-11-29T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":")" +
         std::string(id) + "\"" + std::string(more) + "}";
}

const std::string kTwo = R"({"Records":[)" + event("a") + "," + event("b") + "]}";

INSTANTIATE_TEST_SUITE_P(
    CloudTrail, Objects,
    testing::Values(
        Case{"plain", kTwo, "a b", "cloudtrail", "", ""},
        Case{"gzip", gz(kTwo), "a b", "cloudtrail", "", ""},
        Case{"several_members", gz(kTwo) + gz(kTwo), "a b a b", "cloudtrail", "", ""},
        Case{"one_document_in_two_members", gz(kTwo.substr(0, 100)) + gz(kTwo.substr(100)), "a b", "cloudtrail", "", ""},
        Case{"zstd", zst(kTwo), "a b", "cloudtrail", "", ""},
        Case{"list", "[" + event("a") + ",\n" + event("b") + "]", "a b", "cloudtrail", "", ""},
        Case{"lines", event("a") + "\n" + event("b") + "\n", "a b", "cloudtrail", "", ""},
        Case{"lines_without_an_end", event("a") + "\r\n" + event("b"), "a b", "cloudtrail", "", ""},
        Case{"one", event("a"), "a", "cloudtrail", "", ""},
        Case{"byte_order_mark", "\xEF\xBB\xBF" + kTwo, "a b", "cloudtrail", "", ""},
        Case{"documents_without_a_gap", kTwo + kTwo, "a b a b", "cloudtrail", "", ""},
        Case{"no_records", R"({"Records":[]})", "", "cloudtrail", "", ""},
        Case{"null_records", R"({"Records":null})", "", "cloudtrail", "", ""},
        Case{"empty", "", "", "unknown", "", ""},
        Case{"other_members_around", R"({"a":{"b":[1]},"Records":[)" + event("a") + R"(],"z":[1,{"c":2}]})", "a", "cloudtrail", "", ""},
        Case{"no_map_among_records", R"({"Records":[1,)" + event("a") + R"(,null,"x"]})", "a", "cloudtrail", "no map 3 at object:1:13", ""},
        Case{"broken_record_in_a_list", R"({"Records":[)" + event("a") + R"(,{"eventName":"x" 1},)" + event("b") + "]}", "a b", "cloudtrail",
             "no JSON 1 at object:1:145", ""},
        Case{"broken_line", event("a") + "\n{\"eventName\":{\"x\":1}\n" + event("b") + "\n", "a b", "cloudtrail", "no JSON 1 at object:2:1", ""},
        Case{"bad_literal_in_a_value_nobody_reads", event("a", R"(,"requestParameters":{"x":[tru]})") + "\n" + event("b"), "b", "cloudtrail",
             "no JSON 1 at object:1:1", ""},
        Case{"number_with_a_leading_zero", event("a", R"(,"requestParameters":{"x":012})") + "\n" + event("b"), "b", "cloudtrail",
             "no JSON 1 at object:1:1", ""},
        Case{"brackets_that_do_not_pair", event("a", R"(,"x":[1})") + "\n" + event("b"), "b", "cloudtrail", "no JSON 1 at object:1:1", ""},
        Case{"no_utf8", event("a", ",\"x\":\"\xFF\"") + "\n" + event("b"), "b", "cloudtrail", "no UTF-8 1 at object:1:1", ""},
        Case{"control_character", event("a", ",\"x\":\"\x01\"") + "\n" + event("b"), "b", "cloudtrail",
             "control character in a string 1 at object:1:1", ""},
        Case{"cut_list", kTwo.substr(0, kTwo.size() - 5), "a", "cloudtrail", "cut off 1 at object:1:145", "the text ends inside a record"},
        Case{"cut_behind_a_record", kTwo.substr(0, kTwo.size() - 2), "a b", "cloudtrail", "", "the text ends inside a list of records"},
        Case{"cut_line", event("a") + "\n" + event("b").substr(0, 30), "a", "cloudtrail", "cut off 1 at object:2:1",
             "the text ends inside a record"}),
    [](const auto& row) { return std::string(row.param.name); });

std::string json_of(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? kDigits[(group >> (18 - 6 * k)) & 63] : '=';
  }
  return out;
}

const std::string kBridge = R"({"version":"0","id":"i","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","account":"1")"
        R"(,"time":"t","region":"r","resources":[],"detail":)" +
                            event("a") + "}";
const std::string kCloudWatch = R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"])"
        R"(,"logEvents":[{"id":"1","timestamp":1,"message":)" +
                                json_of(event("a")) + R"(},{"id":"2","timestamp":2,"message":)" + json_of(event("b")) + "}]}";
std::string sns(const std::string& message) { return R"({"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:r:1:t","Message":)" +
    json_of(message) + "}"; }
std::string sqs(const std::string& body) { return R"({"Messages":[{"MessageId":"m","ReceiptHandle":"h","Body":)" + json_of(body) + "}]}"; }

INSTANTIATE_TEST_SUITE_P(
    Envelopes, Objects,
    testing::Values(
        Case{"eventbridge", kBridge, "a", "eventbridge", "", ""},
        Case{"eventbridge_lines", kBridge + "\n" + kBridge, "a a", "eventbridge", "", ""},
        Case{"cloudwatch_subscription", kCloudWatch, "a b", "cloudwatch_logs", "", ""},
        Case{"cloudwatch_subscription_packed", gz(kCloudWatch), "a b", "cloudwatch_logs", "", ""},
        Case{"cloudwatch_to_a_function", R"({"awslogs":{"data":")" + base64(gz(kCloudWatch)) + "\"}}", "a b", "cloudwatch_logs", "", ""},
        Case{"cloudwatch_through_firehose", R"({"records":[{"recordId":"1","data":")" + base64(gz(kCloudWatch)) + "\"}]}", "a b", "firehose", "", ""},
        Case{"cloudwatch_through_kinesis", R"({"Records":[{"kinesis":{"data":")" + base64(gz(kCloudWatch)) + R"("},"eventSource":"aws:kinesis"}]})",
            "a b", "kinesis", "", ""},
        Case{"cloudwatch_control_message",
            R"({"messageType":"CONTROL_MESSAGE","owner":"x","logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health"}]})",
             "", "cloudwatch_logs", "", ""},
        Case{"sns", sns(kTwo), "a b", "sns", "", ""},
        Case{"sqs", sqs(kTwo), "a b", "sqs", "", ""},
        Case{"eventbridge_in_sns_in_sqs", sqs(sns(kBridge)), "a", "sqs", "", ""},
        Case{"sqs_to_a_function", R"({"Records":[{"messageId":"m","body":)" + json_of(kBridge) + R"(,"eventSource":"aws:sqs"}]})", "a", "sqs", "",
            ""},
        Case{"sns_to_a_function", R"({"Records":[{"EventSource":"aws:sns","Sns":{"Message":)" + json_of(kBridge) + "}}]}", "a", "sns", "", ""},
        Case{"lookup_events", R"({"Events":[{"EventId":"a","EventName":"x","CloudTrailEvent":)" + json_of(event("a")) + "}]}", "a", "lookup_events",
            "", ""},
        Case{"lake_event_data", R"({"eventVersion":"1.01","eventCategory":"ActivityAuditLog","eventData":)" + event("a") + "}", "a",
            "cloudtrail_lake", "", ""},
        Case{"lake_query_rows", R"({"QueryStatus":"FINISHED","QueryResultRows":[[{"eventTime":"t"},{"eventJson":)" + json_of(event("a")) + "}]]}",
            "a", "cloudtrail_lake", "", ""},
        Case{"lake_rows_of_columns", R"({"QueryResultRows":[[{"eventID":"a"},{"eventName":"x"},{"eventTime":"2026-01-01T00:00:00Z"}]]})", "a",
            "cloudtrail_lake", "", ""},
        Case{"s3_notification",
            R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"r","eventTime":"2026-01-01T00:00:00.000Z")"
            R"(,"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]})",
             "", "s3_notification", "S3 event notification 1 at object:1:13", ""},
        Case{"s3_notification_in_sns_in_sqs",
            sqs(sns(R"({"Records":[{"eventSource":"aws:s3","eventTime":"t","eventName":"ObjectCreated:Put","s3":{}}]})")), "", "sqs",
             "S3 event notification 1 at object:1:14", ""},
        Case{"s3_test_message", R"({"Service":"Amazon S3","Event":"s3:TestEvent","Time":"t","Bucket":"b","RequestId":"r","HostId":"h"})", "",
            "s3_notification",
             "S3 event notification 1 at object:1:1", ""},
        Case{"s3_notification_of_eventbridge",
            R"({"detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}})", "", "eventbridge",
             "S3 event notification 1 at object:1:1", ""},
        Case{"payload_that_is_no_log", sns("hello"), "", "sns", "payload is no log record 1 at object:1:1", ""},
        Case{"payload_that_is_no_base64", R"({"records":[{"recordId":"1","data":"*"}]})", "", "firehose", "no base64 1 at object:1:13", ""},
        Case{"payload_that_is_cut", R"({"records":[{"recordId":"1","data":")" + base64(gz(kCloudWatch).substr(0, 90)) + "\"}]}", "", "firehose",
             "payload cannot be unpacked 1 at object:1:13", ""},
        Case{"digest", R"({"awsAccountId":"1","digestS3Object":"o","digestPublicKeyFingerprint":"f","logFiles":[]})", "", "digest", "", ""},
        Case{"null_in_an_envelope", R"({"detail-type":"x","detail":null})", "", "eventbridge", "no map 1 at object:1:1", ""}),
    [](const auto& row) { return std::string(row.param.name); });

struct KindCase {
  const char* name;
  std::string bytes;
  std::string kinds;
  std::string format;
  std::string refused;
  std::string first;  // the first event's text
  int64_t time_ms;
};

class Kinds : public testing::TestWithParam<KindCase> {};

TEST_P(Kinds, AreToldApart) {
  std::string bytes = GetParam().bytes;
  size_t size = bytes.size();
  bytes.append(64, '\0');
  std::vector<std::string> kinds;
  std::string first;
  int64_t time = 0;
  LogReader reader;
  LogSink sink;
  sink.event = [&](const LogEvent& e) {
    if (kinds.empty()) first = e.text, time = event_time_ms(e);
    kinds.emplace_back(name(e.kind));
  };
  ObjectAudit audit = reader.read_bytes("object", {bytes.data(), size}, sink);
  EXPECT_EQ(join(kinds, " "), GetParam().kinds);
  EXPECT_EQ(audit.format, GetParam().format);
  EXPECT_EQ(refusals(audit), GetParam().refused);
  if (!GetParam().first.empty()) {
    EXPECT_EQ(first, GetParam().first);
  }
  EXPECT_EQ(time, GetParam().time_ms);
}

const std::string kFlow = "2 123456789010 eni-1 10.0.0.1 10.0.0.2 443 50000 6 20 4249 1418530010 1418530070 ACCEPT OK";
const std::string kFlowJson =
    R"({"version":2,"account-id":"123456789010","interface-id":"eni-1","srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","srcport":443)"
        R"(,"dstport":50000,"protocol":6,"packets":20,"bytes":4249,"start":1418530010,"end":1418530070,"action":"ACCEPT","log-status":"OK"})";
const std::string kAccess =
    R"(79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 -)"
    R"( 3E57427F3 REST.GET.VERSIONING - "GET /bucket?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3 "Console"/0.4" - hx SigV4)"
    R"( ECDHE-RSA AuthHeader bucket.s3.amazonaws.com TLSv1.2 - -)";
const std::string kFinding = R"({"schemaVersion":"2.0","accountId":"1","id":"g","type":"Recon:EC2/PortProbe","severity":2)"
        R"(,"service":{"eventLastSeen":"2026-01-01T00:00:01Z"},"updatedAt":"2026-01-01T00:00:02Z"})";

INSTANTIATE_TEST_SUITE_P(
    Logs, Kinds,
    testing::Values(
        KindCase{"flow_log_without_a_header", kFlow + "\n" + kFlow + "\n", "vpc_flow vpc_flow", "vpc_flow", "", kFlowJson, 1418530010000},
        KindCase{"flow_log_with_a_header",
            "version vpc-id srcaddr dstaddr action flow-direction start\n5 vpc-1 10.0.0.1 - REJECT ingress 1418530010\n", "vpc_flow", "vpc_flow", "",
                 R"({"version":5,"vpc-id":"vpc-1","srcaddr":"10.0.0.1","action":"REJECT","flow-direction":"ingress","start":1418530010})",
                     1418530010000},
        KindCase{"flow_log_packed_twice_with_headers", gz("srcaddr dstaddr action\n1.1.1.1 2.2.2.2 ACCEPT\n") +
            gz("action srcaddr dstaddr\nREJECT 3.3.3.3 4.4.4.4\n"),
                 "vpc_flow vpc_flow", "vpc_flow", "", R"({"srcaddr":"1.1.1.1","dstaddr":"2.2.2.2","action":"ACCEPT"})", 0},
        KindCase{"flow_log_without_data", "2 123456789010 eni-1 - - - - - - - 1431280876 1431280934 - NODATA", "vpc_flow", "vpc_flow", "",
                 R"({"version":2,"account-id":"123456789010","interface-id":"eni-1","start":1431280876,"end":1431280934,"log-status":"NODATA"})",
                     1431280876000},
        KindCase{"flow_log_with_a_broken_line", kFlow + "\n2 1 eni\n" + kFlow, "vpc_flow vpc_flow", "vpc_flow",
            "fields do not fit the header 1 at object:2:1", kFlowJson, 1418530010000},
        KindCase{"flow_log_in_a_subscription",
                 R"({"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":1,"message":)" + json_of(kFlow) + "}]}", "vpc_flow",
                     "cloudwatch_logs", "", kFlowJson, 1418530010000},
        KindCase{"access_log", kAccess + "\n", "s3_access", "s3_access", "",
                 R"({"bucket_owner":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be","bucket":"bucket")"
                 R"(,"time":"[06/Feb/2019:00:00:38 +0000]","remote_ip":"192.0.2.3","request_id":"3E57427F3")"
                 R"(,"operation":"REST.GET.VERSIONING","request_uri":"GET /bucket?versioning HTTP/1.1","http_status":200,"bytes_sent":113)"
                 R"(,"total_time":7,"user_agent":"S3 \"Console\"/0.4","host_id":"hx","signature_version":"SigV4")"
                 R"(,"cipher_suite":"ECDHE-RSA","authentication_type":"AuthHeader","host_header":"bucket.s3.amazonaws.com","tls_version":"TLSv1.2"})",
                 1549411238000},
        KindCase{"access_log_with_a_broken_line", kAccess + "\nhello\n", "s3_access", "s3_access", "no S3 access line 1 at object:2:1", "",
            1549411238000},
        KindCase{"dns_query", R"({"version":"1.1","query_timestamp":"2026-01-01T00:00:01Z","query_name":"a.example.","query_type":"A")"
        R"(,"rcode":"NOERROR","srcaddr":"10.0.0.1"})",
                 "dns_query", "dns_query", "", "", 1767225601000},
        KindCase{"guardduty_export", kFinding, "guardduty", "guardduty", "", kFinding, 1767225601000},
        KindCase{"guardduty_of_eventbridge", R"({"detail-type":"GuardDuty Finding","source":"aws.guardduty","detail":)" + kFinding + "}",
            "guardduty", "eventbridge", "", kFinding, 1767225601000},
        KindCase{"guardduty_get_findings",
            R"({"Findings":[{"SchemaVersion":"2.0","Id":"g","Type":"t","Severity":2,"Service":{"EventLastSeen":"2026-01-01T00:00:01Z"}}]})",
                "guardduty", "guardduty",
                 "", "", 1767225601000},
        KindCase{"insight", R"({"Records":[{"eventVersion":"1.07","eventTime":"2026-01-01T00:00:01Z","eventID":"i")"
        R"(,"eventType":"AwsCloudTrailInsight","eventCategory":"Insight","insightDetails":{"state":"Start","eventSource":"s","eventName":"n"}}]})",
                 "insight", "insight", "", "", 1767225601000},
        KindCase{"other_json", R"({"a":1,"requestReceivedTimestamp":"2026-01-01T00:00:01Z"})", "other", "json", "", "", 0},
        KindCase{"other_json_by_its_name", R"({"a":1,"createdAt":1767225601})", "other", "json", "", "", 0}),
    [](const auto& row) { return std::string(row.param.name); });

// A map of no known kind that says no time is no record; where nothing else stands, the object is no log.
TEST(Kinds, ADocumentIsNoLog) {
  for (const char* text : {R"({"version":3})", R"([{"name":"a"},{"name":"b"}])", R"({"findings":[{"timeout":30}]})", R"({"runtime":"nodejs20.x"})", "", " \n"}) {
    Outcome got = read(text);
    EXPECT_EQ(got.audit.format, "unknown") << text;
    EXPECT_EQ(got.audit.judged, 0u) << text;
  }
  Outcome got = read(R"({"version":3})");
  EXPECT_EQ(refusals(got.audit), "no log record 1 at object:1:1");
  got = read(event("a") + "\n{\"version\":3}\n" + event("b"));
  EXPECT_EQ(join(got.ids, " "), "a b");
  EXPECT_EQ(refusals(got.audit), "no log record 1 at object:2:1");
  EXPECT_EQ(got.audit.format, "cloudtrail");
}

TEST(Kinds, RecordsThatAreNoList) {
  for (const char* text : {R"({"Records":null})", R"({"Records":null,"x":1})", R"({"Records":[]})"}) {
    Outcome got = read(text);
    EXPECT_EQ(got.audit.format, "cloudtrail") << text;
    EXPECT_EQ(got.audit.records, 0u) << text;
  }
  for (const char* text : {R"({"Records":{}})", R"({"Records":"a"})", R"({"Records":5})"}) EXPECT_EQ(refusals(read(text).audit), "no list 1 at object:1:1") << text;
}

// At any depth the last of duplicate members counts, and all are counted when that is asked for.
TEST(Members, DuplicatesBelowTheTop) {
  const std::string text = event("a", R"(,"requestParameters":{"k":1,"k":{"x":1,"\u0078":2},"items":[{"y":1,"y":2,"y":3}]})");
  EXPECT_EQ(read(text).audit.duplicate_members, 0u);
  LogLimits limits;
  limits.count_duplicates = true;
  EXPECT_EQ(read(text, limits).audit.duplicate_members, 4u);
  EXPECT_EQ(read(event("a", R"(,"eventID":"b","x":1,"x":2)"), limits).audit.duplicate_members, 2u);
}

struct HardCase {
  const char* name;
  std::string bytes;
  std::string ids;
  uint64_t duplicates, omitted;
};

class Hard : public testing::TestWithParam<HardCase> {};

TEST_P(Hard, IsReadAndCounted) {
  Outcome got = read(GetParam().bytes);
  EXPECT_EQ(join(got.ids, " "), GetParam().ids);
  EXPECT_EQ(got.audit.duplicate_members, GetParam().duplicates);
  EXPECT_EQ(got.audit.parameters_omitted, GetParam().omitted);
  EXPECT_EQ(got.audit.refused.size(), 0u) << refusals(got.audit);
}

INSTANTIATE_TEST_SUITE_P(
    Members, Hard,
    testing::Values(HardCase{"duplicate_the_last_wins", event("a", R"(,"eventID":"b","x":1,"x":2)"), "b", 2, 0},
                    HardCase{"escaped_name", event("a", R"(,"event\u0049D":"b")"), "b", 1, 0},
                    HardCase{"lone_surrogate", event("a\\ud800b"), "a\xEF\xBF\xBD" "b", 0, 0},
                    HardCase{"surrogate_pair", event("\\ud83d\\ude00"), "\xF0\x9F\x98\x80", 0, 0},
                    HardCase{"no_escape_of_json", event("a\\x"), "a\\x", 0, 0},
                    HardCase{"omitted", event("a",
                        R"(,"requestParameters":{"reason":"requestParameters too large","omitted":true,"originalSize":205567})"), "a", 0, 1},
                    HardCase{"omitted_in_another_order", event("a", R"(,"requestParameters":{ "originalSize":1, "omitted" : true })"), "a", 0, 1},
                    HardCase{"not_omitted", event("a", R"(,"requestParameters":{"reason":"x","omitted":false})"), "a", 0, 0},
                    HardCase{"white_space_everywhere",
                        "\t{ \"Records\" : [ { \"eventID\" : \"a\" , \"eventName\" : \"n\" } , \r\n{\"eventID\"\n:\"b\",\"eventName\":\"n\"} ] }\n",
                            "a b", 0, 0}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Limits, ARecordTooLargeIsRefusedAndTheRestGoesOn) {
  LogLimits limits;
  limits.record_bytes_max = 2 << 20;
  std::string large = event("large", ",\"x\":\"" + std::string(3 << 20, 'x') + "\"");
  for (const std::string& text : {event("a") + "\n" + large + "\n" + event("b") + "\n", "{\"Records\":[" + event("a") + "," + large + "," +
      event("b") + "]}"})
    for (const std::string& bytes : {text, gz(text), zst(text)}) {
      Outcome got = read(bytes, limits);
      EXPECT_EQ(join(got.ids, " "), "a b");
      ASSERT_EQ(got.audit.refused.size(), 1u);
      EXPECT_EQ(got.audit.refused[0].why, "record too large");
      EXPECT_EQ(got.audit.records, 3u);
      std::string path = testing::TempDir() + "reeve_reader_large";
      ASSERT_TRUE(write_file(path, bytes));
      LogReader reader(limits);
      LogSink sink;
      uint64_t events = 0;
      sink.event = [&](const LogEvent&) { ++events; };
      ObjectAudit audit = reader.read_file(path, sink);
      EXPECT_EQ(events, 2u);
      EXPECT_EQ(refusals(audit).substr(0, 18), "record too large 1");
    }
}

TEST(Limits, NestingIsBounded) {
  std::string deep = event("a", ",\"x\":" + std::string(100'000, '[') + std::string(100'000, ']'));
  Outcome got = read(deep + "\n" + event("b"));
  EXPECT_EQ(join(got.ids, " "), "b");
  EXPECT_EQ(refusals(got.audit), "nested too deep 1 at object:1:1");
  EXPECT_EQ(read(std::string(1'000'000, '[')).audit.judged, 0u);
  std::string message = event("a");
  for (int i = 0; i < 10; ++i) message = sns(message);
  got = read(message);
  EXPECT_EQ(got.ids.size(), 0u);
  EXPECT_EQ(refusals(got.audit), "envelopes nested too deep 1 at object:1:1");
}

TEST(Limits, ABombIsNamedAndTheObjectEnds) {
  LogLimits limits;
  limits.text_bytes_max = 16 << 20;
  Outcome got = read(gz(std::string(48 << 20, ' ')), limits);
  EXPECT_NE(got.audit.broken, "");
  EXPECT_LE(got.audit.text_bytes, limits.text_bytes_max + (1 << 20));
}

// Cut anywhere, the records before the cut are given and the cut is named.
TEST(Cuts, GiveWhatStandsBeforeThem) {
  std::string packed = gz(kTwo);
  for (size_t n = 1; n < packed.size(); ++n) {
    Outcome got = read(packed.substr(0, n));
    EXPECT_LE(got.ids.size(), 2u) << n;
    if (n > 4) {
      EXPECT_NE(got.audit.broken, "") << n;
    }
    if (!got.ids.empty()) {
      EXPECT_EQ(got.ids[0], "a") << n;
    }
  }
  for (size_t n = 1; n < kTwo.size(); ++n) {
    Outcome got = read(kTwo.substr(0, n));
    if (n > 12) {
      EXPECT_NE(got.audit.broken, "") << n;
    }
    if (n >= 145) {
      EXPECT_EQ(got.ids.size(), n >= kTwo.size() - 2 ? 2u : 1u) << n;
    }
  }
}

// The same, however the text is cut into pieces: a file is read in pieces, and so is a pipe.
TEST(Objects, AreTheSameFromAFile) {
  std::string path = testing::TempDir() + "reeve_reader_test.json";
  std::string text = "{\"Records\":[";
  for (int i = 0; i < 20'000; ++i) text += (i ? "," : "") + event(std::to_string(i), R"(,"requestParameters":{"a":[1,2,{"b":"c"}]})");
  text += "]}";
  for (const std::string& bytes : {text, gz(text), zst(text)}) {
    ASSERT_TRUE(write_file(path, bytes));
    LogReader reader;
    uint64_t next = 0;
    LogSink sink;
    sink.event = [&](const LogEvent& e) { EXPECT_EQ(e.string(LogField::event_id), std::to_string(next++)); };
    ObjectAudit audit = reader.read_file(path, sink);
    EXPECT_EQ(next, 20'000u);
    EXPECT_EQ(audit.bytes, bytes.size());
    EXPECT_EQ(audit.text_bytes, text.size());
    EXPECT_EQ(audit.broken, "");
  }
}

// A file is read in pieces, and its lines are counted when one is asked for.
TEST(Objects, NameTheSamePlacesFromAFile) {
  const std::string path = testing::TempDir() + "reeve_reader_places.json";
  std::string lines, spread = "{\"Records\":[\n";
  for (int i = 0; i < 40'000; ++i) {
    lines += event(std::to_string(i)) + "\n";
    if (i == 10 || i == 39'000) lines += i == 10 ? "{\"eventName\":1]}\n" : "\"no map\"\n";
    spread += (i ? ",\n" : "") + (i == 38'000 ? std::string("  {\"eventName\":nul}") : event(std::to_string(i)));
  }
  std::string one_line = "{\"Records\":[";
  for (int i = 0; i < 40'000; ++i) one_line += (i ? "," : "") + (i == 38'000 ? std::string("{\"eventName\":nul}") : event(std::to_string(i)));
  for (const std::string& text : {lines, spread + "]}", one_line + "]}"}) {
    ASSERT_GT(text.size(), 1u << 20);
    ASSERT_TRUE(write_file(path, text));
    LogReader reader;
    const ObjectAudit file = reader.read_file(path, LogSink{.event = [](const LogEvent&) {}});
    const Outcome whole = read(text);
    ASSERT_FALSE(file.refused.empty());
    std::string places = refusals(file), name = path;
    for (size_t at = places.find(name); at != std::string::npos; at = places.find(name)) places.replace(at, name.size(), "object");
    EXPECT_EQ(places, refusals(whole.audit));
  }
}

// Whatever stands between the records, a file is taken as it comes: nothing of it waits for its end, and nothing of what was read is lost where it breaks off.
TEST(Objects, AreReadToWhereTheyBreakOff) {
  const std::string path = testing::TempDir() + "reeve_reader_spread.json";
  std::string text = "{\"Records\": [";
  for (int i = 0; i < 20'000; ++i) text += (i ? ", " : "") + event(std::to_string(i));
  for (const size_t bytes : {text.size(), text.size() / 2, text.size() / 3}) {
    ASSERT_TRUE(write_file(path, std::string_view(text).substr(0, bytes)));
    LogReader reader;
    uint64_t judged = 0;
    const ObjectAudit audit = reader.read_file(path, LogSink{.event = [&](const LogEvent&) { ++judged; }});
    const Outcome whole = read(text.substr(0, bytes));
    EXPECT_EQ(judged, whole.ids.size());
    EXPECT_NE(audit.broken, "");
    EXPECT_EQ(audit.broken, whole.audit.broken);
  }
}

// From the second file of a folder on it is held open, until somebody walks anew.
TEST(Objects, AreThoseOfTheFolderThatIsThere) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "reeve_reader_folder", logs = folder / "logs";
  fs::remove_all(folder);
  LogReader reader;
  std::string ids;
  const LogSink sink{.event = [&](const LogEvent& one) { ids += one.string(LogField::event_id); }};
  auto put = [&](const char* name, const char* id) { ASSERT_TRUE(write_file((logs / name).string(), event(id))); };
  put("1.json", "a"), put("2.json", "b"), put("3.json", "c");
  for (const char* name : {"1.json", "2.json", "3.json"}) reader.read_file((logs / name).string(), sink);
  fs::rename(logs, folder / "before");
  put("1.json", "d"), put("new.json", "e");
  reader.read_file((logs / "new.json").string(), sink);  // it stands in no folder that is held
  reader.new_walk();
  for (const char* name : {"1.json", "new.json"}) reader.read_file((logs / name).string(), sink);
  EXPECT_EQ(ids, "abcede");
  EXPECT_NE(reader.read_file((logs / "2.json").string(), sink).broken, "");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace reeve
