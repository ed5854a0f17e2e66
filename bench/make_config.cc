// Writes AWS Config snapshot files of an estate of any size, with faults planted in a known share of its resources.
//
//   bench_make_config OUT [--accounts N] [--resources M] [--seed S] [--failing PERCENT]
//
// OUT/export/AWSLogs/<account>/Config/<Region>/…/ConfigSnapshot/*.json.gz   what Config would have delivered: N accounts of M resources
//                  in two Regions
// OUT/truth.csv    kind,resource: each planted fault by the ARN of its resource; one fault a resource, no fault but these
// OUT/truth.json   the figures: items, bytes, and for each kind its count and the controls that must find it and nothing else
//
// Every account has its own generator seeded by (seed, account number), so the files are the same whatever the number of threads.
// The shares below follow what inventories of accounts look like: much network and storage, roles and functions, few databases.
#include <libdeflate.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/threads.h"
#include "config_account.h"

namespace {

using namespace reeve::bench;

// gzip without a name or a time.
std::string pack(std::string_view text, libdeflate_compressor* compressor) {
  std::string out(libdeflate_gzip_compress_bound(compressor, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, text.data(), text.size(), out.data(), out.size()));
  return out;
}

[[noreturn]] void usage(const char* what) {
  std::fprintf(stderr, "%s\nusage: bench_make_config OUT [--accounts N] [--resources M] [--seed S] [--failing PERCENT]\n", what);
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  std::string out;
  std::map<std::string, double> numbers = {{"--accounts", 10}, {"--resources", 1000}, {"--seed", 1}, {"--failing", 5}};
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (numbers.contains(word) && i + 1 < argc) numbers[word] = std::atof(argv[++i]);
    else if (out.empty() && word[0] != '-') out = word;
    else usage(("`" + word + "` is not understood").c_str());
  }
  if (out.empty()) usage("name the folder to write");
  const double share = numbers["--failing"] / 100;
  const auto seed = uint64_t(numbers["--seed"]);
  size_t accounts = size_t(numbers["--accounts"]), resources = size_t(numbers["--resources"]);

  std::vector<std::vector<std::pair<Fault, std::string>>> faults(accounts);
  std::atomic<uint64_t> packed_bytes{0}, plain_bytes{0};
  std::atomic<bool> failed{false};
  reeve::parallel_for(accounts, reeve::worker_count(), [&](size_t number, size_t) {
    Account account(seed, number, resources, share);
    account.make();
    faults[number] = account.faults();
    libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
    for (size_t region = 0; region < region_names.size(); ++region) {
      if (account.items(region).empty()) continue;
      std::string snapshot = account.id().substr(0, 8) + "-000" + std::to_string(region) + "-4000-8000-" + account.id();
      std::string text = R"({"fileVersion":"1.0","configSnapshotId":")" + snapshot + R"(","configurationItems":[)" +
          account.items(region) + "]}";
      std::string packed = pack(text, compressor);
      std::filesystem::path folder = out + "/export/AWSLogs/" + account.id() + "/Config/" + region_names[region] +
          "/2026/11/22/ConfigSnapshot";
      std::filesystem::create_directories(folder);
      std::ofstream file(folder / (account.id() + "_Config_" + region_names[region] +
          "_ConfigSnapshot_20261122T041000Z_" + snapshot + ".json.gz"), std::ios::binary);
      file.write(packed.data(), std::streamsize(packed.size()));
      file.close();
      if (!file) failed = true;
      plain_bytes += text.size();
      packed_bytes += packed.size();
    }
    libdeflate_free_compressor(compressor);
  });
  if (failed) {
    std::fprintf(stderr, "%s: a file could not be written; is the disk full?\n", out.c_str());
    return 1;
  }

  std::array<size_t, fault_count> counts{};
  std::ofstream list(out + "/truth.csv", std::ios::binary);
  list << "kind,resource\n";
  size_t planted = 0;
  for (const auto& of_account : faults)
    for (const auto& [fault, arn] : of_account) list << kinds[fault].name << ',' << arn << '\n', ++counts[fault], ++planted;
  std::ofstream figures(out + "/truth.json", std::ios::binary);
  figures << "{\n  \"accounts\": " << accounts << ",\n  \"resources\": " << accounts * resources
          << ",\n  \"planted\": " << planted << ",\n  \"plain_bytes\": " << plain_bytes
          << ",\n  \"packed_bytes\": " << packed_bytes << ",\n  \"kinds\": {";
  for (size_t k = 0; k < kinds.size(); ++k) {
    figures << (k ? "," : "") << "\n    \"" << kinds[k].name << "\": {\"count\": " << counts[k] << ", \"controls\": [";
    for (size_t c = 0; c < kinds[k].controls.size(); ++c) figures << (c ? ", " : "") << '"' << kinds[k].controls[c] << '"';
    figures << "]}";
  }
  figures << "\n  }\n}\n";
  list.close(), figures.close();
  if (!list || !figures) {
    std::fprintf(stderr, "%s: the truth could not be written\n", out.c_str());
    return 1;
  }
  std::printf("%zu accounts, %zu resources, %zu planted, %.1f MB plain, %.1f MB packed\n", accounts,
      accounts * resources, planted, double(plain_bytes) / 1e6, double(packed_bytes) / 1e6);
  return 0;
}
