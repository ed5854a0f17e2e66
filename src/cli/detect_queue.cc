#include "cli/detect_queue.h"

#include "cli/collect_settings.h"
#include "feed/queue_source.h"

namespace reeve {
namespace {

constexpr int64_t kObjectMs = 300'000;             // for the largest over a slow line
constexpr uint64_t kObjectBytesMax = 256ull << 20;  // CloudTrail's and VPC's are cut at 75 MB; each worker holds one

}  // namespace

Result<std::shared_ptr<ObjectSource>> detect_queue(const Options& options, bool follow, std::function<bool()> stop, Io& io, std::unique_ptr<AwsCaller>& caller) {
  if (!options.arguments().empty()) return fail(Code::usage, "`--queue` reads what the queue names, and no PATH beside it", {}, "one of them", "run two, each with a state of its own");
  QueueName name = TRY(queue_name(options.value("--queue")));
  EngineOptions engine;
  engine.now = wall_clock;
  engine.http.total_timeout_ms = kObjectMs;
  engine.http.response_bytes_max = kObjectBytesMax;
  caller = TRY(AwsCaller::open(caller_settings(options, io), std::move(engine), std::move(stop)));
  QueueSourceOptions how;
  how.follow = follow;
  AwsCaller* asks = caller.get();
  return std::shared_ptr<ObjectSource>(queue_source(std::move(name), [asks](const std::string& region, const std::string& operation, DocumentPtr input, bool to_its_end) {
    return asks->call(region, operation, std::move(input), to_its_end);
  }, how));
}

}  // namespace reeve
