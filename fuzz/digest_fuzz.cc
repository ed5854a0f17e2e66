// Digest chains: whatever two digest files, their signatures and the keys are, the verification ends, proves nothing without a signature that fits,
// and names what it does not prove. The parts of an input are apart by NUL: digest, digest, keys, signatures.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "logs/digest.h"

using namespace reeve;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

class Made : public DigestSource {
 public:
  explicit Made(std::vector<std::pair<std::string, std::string>> objects) : objects_(std::move(objects)) {}
  std::string shown() const override { return "made"; }
  Result<std::vector<std::string>> keys() override {
    std::vector<std::string> out;
    for (const auto& [key, bytes] : objects_) out.push_back(key);
    return out;
  }
  Status read(const std::vector<std::string>& keys, const Taken& taken) override {
    for (size_t i = 0; i < keys.size(); ++i)
      for (const auto& [key, bytes] : objects_)
        if (key == keys[i]) taken(i, Object{bytes, {}});
    return {};
  }

 private:
  std::vector<std::pair<std::string, std::string>> objects_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 1 << 16) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> parts;
  for (std::string_view part : split(text, '\0')) parts.emplace_back(part);
  parts.resize(4);
  const std::string place = "AWSLogs/1/CloudTrail-Digest/r/1_CloudTrail-Digest_r_t_r_20260101T0";
  Made source({{place + "10000Z.json.gz", parts[0]}, {place + "20000Z.json.gz", parts[1]}, {"AWSLogs/1/CloudTrail/r/1_CloudTrail_r_20260101T0030Z_a.json.gz", "{}"}});
  DigestOptions options;
  if (!read_public_keys(parts[2], "keys", options.keys)) options.keys.clear();
  if (!read_digest_signatures(parts[3], "signatures", options.signatures)) options.signatures.clear();
  auto report = verify_digests(source, options);
  require(report && report->digests == 2 && report->digests_valid <= report->digests && report->logs_valid <= report->logs);
  require(!options.keys.empty() || report->digests_valid == 0);
  require(report->digests_valid == 2 || !report->findings.empty());
  uint64_t digests = 0, logs = 0;
  for (const DigestChain& chain : report->chains) digests += chain.digests, logs += chain.logs;
  require(digests == report->digests && logs == report->logs);
  for (const DigestFinding& finding : report->findings) require(!reeve::name(finding.fault).empty() && !finding.object.empty() && !finding.detail.empty());
  return 0;
}
