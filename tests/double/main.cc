// aws_double: the AWS double as a program (tests/double/README.md).
#include <csignal>
#include <cstdio>
#include <map>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "double/double.h"
#include "formats/json.h"

namespace {

using namespace reeve;
using namespace reeve::aws_double;

Server* running = nullptr;
void on_signal(int) {
  if (running) running->stop();
}

constexpr const char* usage =
    "usage: aws_double [--apis DIR] (--replay FOLDER)… | --synthetic ACCOUNTSxREGIONS [--items N]\n"
    "                  [--account ID] [--faults FILE] [--enforce POLICY [--actions FILE]] [--latency-ms N] [--port N]\n"
    "                  [--seed TEXT] [--no-verify] [--counts FILE]\n"
    "Says its address and its keys on standard output, as one line of JSON, and serves until SIGTERM.\n";

int complain(const std::string& what) {
  std::fprintf(stderr, "aws_double: %s\n", what.c_str());
  return 2;
}

Result<DocumentPtr> json_file(const std::string& path) {
  const std::string text = TRY(read_file(path));
  return read_json(text, Source{nullptr, path, "", 0, "", "$"});
}

Result<ApiCatalogue> read_apis(const std::string& folder) {
  ApiCatalogue apis;
  std::vector<Error> problems;
  for (const Entry& entry : walk(folder, problems)) {
    if (!ends_with(entry.path, ".json")) continue;
    const DocumentPtr document = TRY(json_file(entry.path));
    apis.add(TRY(read_api(document->root(), entry.path)));
  }
  if (!problems.empty()) return tl::unexpected(problems[0]);
  return apis;
}

struct Words {
  std::map<std::string, std::string> one = {{"--apis", "content/apis"}, {"--port", "0"}, {"--items", "0"}, {"--latency-ms", "-1"}, {"--seed", "double"}};
  std::vector<std::string> replay;
  bool verify = true;
};

std::string read_words(int argc, char** argv, Words& words) {
  static const std::vector<std::string> known = {"--apis", "--account", "--faults", "--enforce", "--actions", "--latency-ms",
                                                 "--port", "--seed",    "--counts", "--synthetic", "--items"};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--no-verify") {
      words.verify = false;
      continue;
    }
    if (i + 1 >= argc) return "`" + word + "` without a value";
    if (word == "--replay") {
      words.replay.emplace_back(argv[++i]);
    } else if (std::find(known.begin(), known.end(), word) != known.end()) {
      words.one[word] = argv[++i];
    } else {
      return "no option `" + word + "`";
    }
  }
  return words.replay.empty() != words.one.contains("--synthetic") ? "either --replay or --synthetic" : "";
}

int serve(Words& words) {
  auto apis = read_apis(words.one["--apis"]);
  if (!apis) return complain(apis.error().text());
  Double stand_in(*apis, {words.one["--seed"], words.verify, true});
  std::vector<Error> problems;
  for (const std::string& folder : words.replay) stand_in.records.load(folder, *apis, words.one["--account"], problems);
  for (const Error& problem : problems) std::fprintf(stderr, "aws_double: %s\n", problem.text().c_str());
  if (words.one.contains("--synthetic")) {
    const auto size = split(words.one["--synthetic"], 'x');
    const int64_t accounts = parse_int(size[0]).value_or(0), regions = size.size() == 2 ? parse_int(size[1]).value_or(0) : 0;
    const int64_t items = parse_int(words.one["--items"]).value_or(-1);
    if (accounts < 1 || regions < 1 || items < 0) return complain("--synthetic wants ACCOUNTSxREGIONS");
    stand_in.synthetic.emplace(static_cast<size_t>(accounts), static_cast<size_t>(regions), static_cast<size_t>(items));
    if (!words.one.contains("--account")) words.one["--account"] = stand_in.synthetic->management();
  }
  if (words.one.contains("--faults")) {
    auto document = json_file(words.one["--faults"]);
    auto faults = document ? Faults::read((*document)->root(), words.one["--faults"]) : Result<Faults>(tl::unexpected(document.error()));
    if (!faults) return complain(faults.error().text());
    stand_in.faults = std::move(*faults);
  }
  if (const auto latency = parse_int(words.one["--latency-ms"]); latency && *latency >= 0) stand_in.faults.latency_ms = *latency;
  if (words.one.contains("--enforce")) {
    auto policy = json_file(words.one["--enforce"]);
    if (!policy) return complain(policy.error().text());
    auto actions = words.one.contains("--actions") ? json_file(words.one["--actions"]) : Result<DocumentPtr>(nullptr);
    if (!actions) return complain(actions.error().text());
    auto permissions = Permissions::read((*policy)->root(), *actions ? (*actions)->root() : Value(), words.one["--enforce"]);
    if (!permissions) return complain(permissions.error().text());
    stand_in.permissions = std::move(*permissions);
  }
  auto port = parse_int(words.one["--port"]);
  auto server = Server::listen(static_cast<uint16_t>(port.value_or(0)), [&](const ServerRequest& request, ServerReply& reply) { stand_in.handle(request, reply); });
  if (!server) return complain(server.error().text());
  running = server->get();
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  std::string line;
  JsonWriter writer(line);
  writer.begin_object().member("endpoint", "http://127.0.0.1:" + std::to_string((*server)->port()));
  const std::string& account = words.one["--account"];
  if (!account.empty()) {
    const std::string key = stand_in.keys().user_key(account);
    writer.member("account", account).member("access_key_id", key).member("secret_access_key", stand_in.keys().secret(key));
  }
  writer.member("records", static_cast<int64_t>(stand_in.records.size())).end_object();
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  (*server)->run();
  if (words.one.contains("--counts")) {
    if (auto written = write_file(words.one["--counts"], stand_in.counts.json()); !written) return complain(written.error().text());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Words words;
  const std::string wrong = read_words(argc, argv, words);
  if (!wrong.empty()) {
    std::fputs(usage, stderr);
    return complain(wrong);
  }
  return serve(words);
}
