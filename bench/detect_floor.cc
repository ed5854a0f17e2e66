// What reading logs costs at the least, and what Reeve's reader takes, over the same files in one run.
//
//   bench_detect_floor PATH… [--rounds N]
//
// floor    libdeflate, then simdjson on demand: each record's members in one pass, fifteen strings pulled out; no member is checked that is not read
// reader   logs/reader.h: every record held against the grammar, all top-level members found, every object accounted for
//
// One JSON line each, of the best of N rounds (3): events, bytes, processor seconds, events a processor second; then their ratio.
#include <libdeflate.h>
#include <simdjson.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "logs/reader.h"

namespace {

using namespace reeve;
namespace sj = simdjson;

double cpu_seconds() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Sum {
  uint64_t events = 0, bytes = 0, pulled = 0;
};

constexpr const char* kPulled[] = {"eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
                                   "errorMessage", "requestID", "eventID", "eventType", "recipientAccountId", "eventCategory"};

void pull(sj::ondemand::object record, Sum& sum) {
  ++sum.events;
  for (auto field : record) {
    const char* key = field.key().value_unsafe().raw();
    size_t bytes = static_cast<size_t>(static_cast<const char*>(std::memchr(key, '"', 64)) - key);
    auto is = [&](const char* name) { return std::memcmp(key, name, bytes) == 0; };
    bool wanted = false;
    switch (bytes) {
      case 7: wanted = is("eventID"); break;
      case 9: wanted = is("eventTime") || is("eventName") || is("awsRegion") || is("userAgent") || is("errorCode") || is("requestID") ||
          is("eventType"); break;
      case 11: wanted = is("eventSource"); break;
      case 12:
        wanted = is("eventVersion") || is("errorMessage");
        if (is("userIdentity")) {
          sj::ondemand::object identity;
          if (field.value().get_object().get(identity) == sj::SUCCESS) {
            std::string_view arn;
            if (identity["arn"].get_string().get(arn) == sj::SUCCESS) sum.pulled += arn.size();
          }
        }
        break;
      case 13: wanted = is("eventCategory"); break;
      case 15: wanted = is("sourceIPAddress"); break;
      case 18: wanted = is("recipientAccountId"); break;
      default: break;
    }
    if (!wanted) continue;
    std::string_view text;
    if (field.value().get_string().get(text) == sj::SUCCESS) sum.pulled += text.size();
  }
}

Sum run_floor(const std::vector<Entry>& files) {
  Sum sum;
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(libdeflate_alloc_decompressor(),
      libdeflate_free_decompressor);
  sj::ondemand::parser parser;
  std::unique_ptr<char[]> text;
  size_t room = 0;
  for (const Entry& entry : files) {
    auto file = FileBytes::open(entry.path);
    if (!file) continue;
    std::string_view bytes = (*file)->view();
    if (bytes.size() > 18 && bytes[0] == '\x1f') {
      uint32_t stated;
      std::memcpy(&stated, bytes.data() + bytes.size() - 4, 4);
      if (stated + 64 > room) text.reset(new char[room = stated + 64 + stated / 2]);
      size_t made = 0;
      if (libdeflate_gzip_decompress(inflater.get(), bytes.data(), bytes.size(), text.get(), room - 64, &made) != LIBDEFLATE_SUCCESS) continue;
      std::memset(text.get() + made, 0, 64);
      bytes = {text.get(), made};
    }
    sum.bytes += bytes.size();
    if (bytes.substr(0, 11) == "{\"Records\":") {
      sj::ondemand::document document;
      sj::ondemand::array records;
      if (parser.iterate(bytes.data(), bytes.size(), bytes.size() + 64).get(document) != sj::SUCCESS ||
          document["Records"].get_array().get(records) != sj::SUCCESS) continue;
      for (auto record : records) pull(record.get_object(), sum);
    } else {
      sj::ondemand::document_stream documents;
      if (parser.iterate_many(bytes.data(), bytes.size(), 1 << 20).get(documents) != sj::SUCCESS) continue;
      for (auto document : documents) pull(document.get_object(), sum);
    }
  }
  return sum;
}

Sum run_reader(const std::vector<Entry>& files) {
  Sum sum;
  LogReader reader;
  LogSink sink;
  sink.event = [&](const LogEvent& event) { sum.pulled += event.raw(LogField::event_name).size() + event.raw(LogField::event_source).size(); };
  for (const Entry& entry : files) {
    ObjectAudit audit = reader.read_file(entry.path, sink);
    sum.events += audit.judged;
    sum.bytes += audit.text_bytes;
  }
  return sum;
}

double measure(const char* what, int rounds, const std::vector<Entry>& files, Sum (*run)(const std::vector<Entry>&)) {
  double best = 0;
  Sum sum;
  for (int i = 0; i < rounds; ++i) {
    double from = cpu_seconds();
    sum = run(files);
    double took = cpu_seconds() - from;
    if (i == 0 || took < best) best = took;
  }
  double rate = static_cast<double>(sum.events) / best;
  std::printf("{\"what\":\"%s\",\"events\":%llu,\"bytes\":%llu,\"cpu_s\":%.3f,\"events_per_cpu_s\":%.0f,\"gb_per_cpu_s\":%.2f}\n", what,
              static_cast<unsigned long long>(sum.events), static_cast<unsigned long long>(sum.bytes), best, rate,
                  static_cast<double>(sum.bytes) / best / 1e9);
  return rate;
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 3;
  std::vector<Entry> files;
  std::vector<Error> problems;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) {
      rounds = std::max(1, std::atoi(argv[++i]));
      continue;
    }
    for (Entry& entry : walk(argv[i], problems)) files.push_back(std::move(entry));
  }
  if (files.empty()) {
    std::fprintf(stderr, "usage: bench_detect_floor PATH... [--rounds N]\n");
    return 2;
  }
  double least = measure("floor", rounds, files, run_floor);
  double ours = measure("reader", rounds, files, run_reader);
  std::printf("{\"what\":\"ratio\",\"reader_to_floor\":%.3f}\n", ours / least);
}
