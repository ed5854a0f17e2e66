// Writes CloudTrail log files as AWS delivers them, of any size, from recorded events.
//
//   bench_make_cloudtrail OUT CORPUS [--megabytes N] [--records N] [--seed S] [--shapes gz,json,ndjson]
//
// OUT/gz/…      AWSLogs/<account>/CloudTrail/<Region>/<date>/*.json.gz, `--records` events a file (2,000; a quiet account's have 8)
// OUT/json/…    the same files unpacked
// OUT/ndjson/…  the same events as lines, one file for each account
//
// CORPUS is searched for JSON lists, lines of JSON, and lines with the event under `event`. Each file is of one account, which changes
// between rounds; each event has a new eventID and requestID, and a time a quarter of a second after the one before it, also where the recorded
// one is a test's and lacks them. Members stand in the order in which AWS writes them.
// The same seed and corpus give the same bytes.
#include <libdeflate.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/time.h"
#include "logs/reader.h"
#include "logs/token.h"

namespace {

using namespace reeve;

struct Random {
  uint64_t state;
  uint64_t next() {
    uint64_t z = (state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
};

std::string hex_digits(uint64_t value, int digits) {
  char room[20];
  std::snprintf(room, sizeof room, "%0*llx", digits, static_cast<unsigned long long>(value));
  return std::string(room).substr(0, static_cast<size_t>(digits));
}

std::string uuid(Random& random) {
  uint64_t a = random.next(), b = random.next();
  return hex_digits(a >> 32, 8) + "-" + hex_digits((a >> 16) & 0xFFFF, 4) + "-4" + hex_digits(a & 0xFFF, 3) + "-a" + hex_digits((b >> 48) & 0xFFF,
      3) +
         "-" + hex_digits(b & 0xFFFFFFFFFFFFull, 12);
}

// JSON without the white space around its tokens.
std::string compact(std::string_view token) {
  std::string out;
  bool string = false;
  for (size_t i = 0; i < token.size(); ++i) {
    char c = token[i];
    if (string && c == '\\') {
      out += c;
      c = token[++i];
    } else if (c == '"') {
      string = !string;
    } else if (!string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
      continue;
    }
    out += c;
  }
  return out;
}

// An event as text with holes: what is new in every round.
struct Template {
  enum class Hole { none, id, time, account, key };
  std::vector<std::pair<std::string, Hole>> parts;  // text, and what follows it
  size_t bytes = 0;
};

bool digits(std::string_view s) { return s.find_first_not_of("0123456789") == std::string_view::npos; }
bool key_letters(std::string_view s) { return s.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string_view::npos; }

Template template_of(const LogEvent& event) {
  std::string text = "{", room;
  Template out;
  auto flush = [&](Template::Hole hole) {
    out.bytes += text.size();
    out.parts.emplace_back(std::move(text), hole);
    text.clear();
  };
  auto add = [&](std::string_view name, std::string_view token, Template::Hole hole) {
    if (token.empty()) return;
    text += (text.back() == '{' && out.parts.empty() && text.size() == 1) ? "\"" : ",\"";
    text += name;
    text += "\":";
    if (hole != Template::Hole::none) {
      text += '"';
      flush(hole);
      text = '"';
      return;
    }
    std::string plain = compact(token);
    for (size_t i = 0; i < plain.size();) {
      std::string_view rest = std::string_view(plain).substr(i);
      bool word_before = i > 0 && std::isalnum(static_cast<unsigned char>(plain[i - 1]));
      auto ends = [&](size_t n) { return rest.size() > n && !std::isalnum(static_cast<unsigned char>(rest[n])); };
      if (!word_before && i > 0 && plain[i - 1] != '.' && rest.size() > 12 && digits(rest.substr(0, 12)) && ends(12) && (plain[i - 1] == '"' ||
          plain[i - 1] == ':' || plain[i - 1] == '/') &&
          !(plain[i - 1] == ':' && i > 1 && plain[i - 2] == '"')) {
        flush(Template::Hole::account);
        i += 12;
      } else if (!word_before && rest.size() > 20 && (rest.substr(0, 4) == "AKIA" || rest.substr(0, 4) == "ASIA") && key_letters(rest.substr(0,
          20)) && ends(20)) {
        text += rest.substr(0, 4);
        flush(Template::Hole::key);
        i += 20;
      } else {
        text += plain[i++];
      }
    }
  };
  for (size_t f = 0; f < static_cast<size_t>(LogField::count); ++f) {
    auto field = static_cast<LogField>(f);
    Template::Hole hole = field == LogField::event_id || field == LogField::request_id ? Template::Hole::id
                          : field == LogField::event_time                              ? Template::Hole::time
                                                                                       : Template::Hole::none;
    std::string_view token = event.raw(field);
    // Events that others wrote for tests lack what every record of AWS's has.
    if (token.empty() && (field == LogField::event_id || field == LogField::event_time)) token = "\"\"";
    if (token.empty() && field == LogField::event_version) token = "\"1.08\"";
    add(name(field), token, hole);
  }
  for (const auto& [member, token] : event.others) add(member, token, Template::Hole::none);
  text += '}';
  flush(Template::Hole::none);
  return out;
}

std::string pack(std::string_view text, libdeflate_compressor* compressor) {
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  return out;
}

[[noreturn]] void usage(const std::string& what) {
  std::fprintf(stderr, "%s\nusage: bench_make_cloudtrail OUT CORPUS [--megabytes N] [--records N] [--seed S] [--shapes gz,json,ndjson]\n",
      what.c_str());
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> places;
  std::map<std::string, uint64_t> numbers = {{"--megabytes", 100}, {"--records", 2000}, {"--seed", 1}};
  std::string shapes = "gz,json,ndjson";
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (numbers.contains(word) && i + 1 < argc) numbers[word] = std::strtoull(argv[++i], nullptr, 10);
    else if (word == "--shapes" && i + 1 < argc) shapes = argv[++i];
    else if (word[0] != '-') places.push_back(word);
    else usage("`" + word + "` is not understood");
  }
  if (places.size() != 2) usage("name the folder to write and the corpus");
  std::vector<Template> templates;
  std::vector<Error> problems;
  LogReader reader;
  LogSink sink;
  sink.event = [&](const LogEvent& event) {
    std::string_view inner = event.raw("event");  // labelled: {rule_id, test_name, expected, event}
    if (!inner.empty()) {
      std::string text(inner);
      text.append(64, '\0');
      auto labelled = event_of({text.data(), inner.size()});
      if (labelled && !labelled->raw(LogField::event_name).empty()) templates.push_back(template_of(*labelled));
    } else if (!event.raw(LogField::event_name).empty()) {
      templates.push_back(template_of(event));
    }
  };
  for (const Entry& entry : walk(places[1], problems)) {
    if (entry.path.ends_with(".ndjson")) {  // what is around an event is no record of a log
      std::ifstream file(entry.path);
      for (std::string line; std::getline(file, line);) {
        const size_t size = line.size();
        line.append(64, '\0');
        if (auto event = event_of({line.data(), size})) sink.event(*event);
      }
    } else if (entry.path.find(".json") != std::string::npos) {
      reader.read_file(entry.path, sink);
    }
  }
  if (templates.empty()) usage("no events in " + places[1]);

  std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(libdeflate_alloc_compressor(6), libdeflate_free_compressor);
  Random random{numbers["--seed"]};
  int64_t time_ms = 1767225600000;  // 2026-01-01
  uint64_t bytes = 0, events = 0, files = 0, packed = 0, round = 0;
  std::string account, key, text, lines;
  size_t in_file = 0;
  auto wants = [&](const char* shape) { return ("," + shapes + ",").find(std::string(",") + shape + ",") != std::string::npos; };
  auto write = [&](const std::string& path, std::string_view content) {
    if (auto done = write_file(places[0] + path, content); !done) usage(done.error().text());
  };
  auto file_done = [&] {
    if (in_file == 0) return;
    text += "]}";
    std::string stamp = rfc3339(Time{time_ms - time_ms % 1000}), day = stamp.substr(0, 4) + "/" + stamp.substr(5, 2) + "/" + stamp.substr(8, 2);
    std::string path = "/AWSLogs/" + account + "/CloudTrail/us-east-1/" + day + "/" + account + "_CloudTrail_us-east-1_" + hex_digits(random.next(),
        16) + ".json";
    if (wants("gz")) {
      std::string gz = pack(text, compressor.get());
      packed += gz.size();
      write("/gz" + path + ".gz", gz);
    }
    if (wants("json")) write("/json" + path, text);
    ++files;
    bytes += text.size();
    in_file = 0;
  };
  auto lines_done = [&] {
    if (!lines.empty() && wants("ndjson")) write("/ndjson/" + account + ".ndjson", lines);
    lines.clear();
  };
  while (bytes < numbers["--megabytes"] * 1'000'000) {
    ++round;
    if (in_file == 0 || account.empty()) {  // a file is one account's
      lines_done();
      account = std::to_string(100'000'000'000 + random.next() % 899'999'999'999);
    }
    for (const Template& event : templates) {
      if (in_file == 0) text = "{\"Records\":[";
      else text += ',';
      size_t from = text.size();
      key.clear();
      for (int i = 0; i < 16; ++i) key += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[random.next() % 32];
      time_ms += 250;
      for (const auto& [part, hole] : event.parts) {
        text += part;
        switch (hole) {
          case Template::Hole::none: break;
          case Template::Hole::id: text += uuid(random); break;
          case Template::Hole::time: text += rfc3339(Time{time_ms - time_ms % 1000}); break;
          case Template::Hole::account: text += account; break;
          case Template::Hole::key: text += key; break;
        }
      }
      ++events;
      if (wants("ndjson")) (lines += std::string_view(text).substr(from)) += '\n';
      if (++in_file == numbers["--records"]) file_done();
    }
  }
  file_done();
  lines_done();
  std::printf("{\"events\":%llu,\"bytes\":%llu,\"packed\":%llu,\"files\":%llu,\"rounds\":%llu,\"recorded\":%zu}\n",
      static_cast<unsigned long long>(events),
              static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(packed), static_cast<unsigned long long>(files),
              static_cast<unsigned long long>(round), templates.size());
}
