#include "aws/http.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "aws/curl_library.h"
#include "aws/sign.h"
#include "base/text.h"
#include "base/time.h"

namespace reeve {
namespace {

constexpr size_t header_bytes_max = 1 << 20;

std::string url_of(const HttpRequest& request) {
  std::string url = request.origin + request.path;
  if (!request.wire_query.empty()) return url + '?' + request.wire_query;
  char separator = '?';
  for (const auto& [key, value] : request.query) {
    url += separator;
    url += aws_encode(key);
    url += '=';
    url += aws_encode(value);
    separator = '&';
  }
  return url;
}

// What would make two lines of one, or end a URL early. None of it comes from a signer or a serializer; a file's name may hold it.
bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::string_view authority(std::string_view origin) {
  const size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

// As the signer has it: in lower case, without the port that goes without saying.
std::string host_header(std::string_view origin) {
  std::string_view host = authority(origin);
  const std::string_view usual = starts_with(origin, "https://") ? ":443" : ":80";
  if (ends_with(host, usual)) host.remove_suffix(usual.size());
  return lower(host);
}

// TLS writes to sockets in a way that raises SIGPIPE if the other side has gone, which would end the program. Held while libcurl works,
// for this thread alone: what else the program writes to keeps its meaning.
class HoldSigpipe {
 public:
  HoldSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~HoldSigpipe() {
    if (sigismember(&before_, SIGPIPE)) return;
    const timespec at_once{};
    while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) {}
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_, before_;
};

// Why the request cannot be sent at all; empty if it can.
std::string fault_of(const HttpRequest& request) {
  const std::string_view host = authority(request.origin);
  if (host.empty() || !(starts_with(request.origin, "http://") || starts_with(request.origin, "https://")) ||
      host.find_first_of("/?#@ ") != std::string_view::npos || has_control(request.origin))
    return "no address of a service";
  if (request.path.empty() || request.path.front() != '/' || has_control(request.path) ||
      request.path.find_first_of("?# ") != std::string::npos)
    return "a path that cannot be sent";
  if (has_control(request.wire_query) || request.wire_query.find_first_of("# ") != std::string::npos) return "a query that cannot be sent";
  if (request.method.empty() || has_control(request.method) || contains(request.method, " ")) return "no method";
  for (const auto& [key, value] : request.headers)
    if (key.empty() || has_control(key) || contains(key, ":") || has_control(value)) return "a header that cannot be sent";
  return {};
}

struct Host;

struct Transfer {
  HttpRequest request;
  HttpClient::Done done;
  HttpOutcome outcome;
  Host* host = nullptr;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  uint64_t bytes_max = 0;
  size_t header_bytes = 0;
  bool too_large = false;
  bool headers_whole = false;  // libcurl takes a connection that ends among the headers for an empty body
  size_t slot = 0;  // in the list of those on their way
  std::array<char, CURL_ERROR_SIZE> error{};
  ~Transfer() { curl().slist_free_all(headers); }
};
using TransferPtr = std::unique_ptr<Transfer>;

struct Host {
  std::string origin;
  int active = 0;
  bool in_turn = false;
  std::deque<TransferPtr> waiting;
};

size_t on_body(char* data, size_t size, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string& body = transfer.outcome.response.body;
  if (body.size() + size * count > transfer.bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  body.append(data, size * count);
  return size * count;
}

size_t on_header(char* data, size_t size, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  HttpResponse& response = transfer.outcome.response;
  const std::string_view line = trim(std::string_view(data, size * count));
  if (starts_with(line, "HTTP/")) {  // of the last response alone: before it stand a proxy's, and `100 Continue`
    response.headers.clear();
    transfer.headers_whole = false;
    return size * count;
  }
  if (line.empty()) transfer.headers_whole = true;
  transfer.header_bytes += size * count;
  if (transfer.header_bytes > header_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) response.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  return size * count;
}

HttpFailure failure_of(CURLcode code, const Transfer& transfer) {
  if (transfer.too_large) return HttpFailure::too_large;
  long tunnel = 0, os_errno = 0;
  curl_off_t looked_up = 0, ready = 0;
  curl().easy_getinfo(transfer.easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  curl().easy_getinfo(transfer.easy, CURLINFO_OS_ERRNO, &os_errno);
  curl().easy_getinfo(transfer.easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up);
  curl().easy_getinfo(transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
  if (tunnel != 0 && tunnel / 100 != 2 && ready == 0) return HttpFailure::connect;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return HttpFailure::resolve;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY: return HttpFailure::connect;
    case CURLE_OPERATION_TIMEDOUT:
      // Whoever never got as far as sending a request has not reached the service; who waits for its answer has.
      return looked_up == 0 ? HttpFailure::resolve : ready == 0 ? HttpFailure::connect : HttpFailure::timeout;
    case CURLE_SSL_CONNECT_ERROR: return os_errno != 0 ? HttpFailure::connect : HttpFailure::tls;
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT: return HttpFailure::tls;
    case CURLE_OK:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return HttpFailure::cut;
    case CURLE_FILESIZE_EXCEEDED: return HttpFailure::too_large;
    default: return HttpFailure::other;
  }
}

std::string message_of(CURLcode code, HttpFailure failure, const Transfer& transfer) {
  const std::string host(authority(transfer.request.origin));
  if (failure == HttpFailure::too_large) return host + ": the response is larger than " + with_thousands(transfer.bytes_max) + " bytes";
  if (code == CURLE_OK) return host + ": the connection ended among the headers";
  std::string_view said = trim(std::string_view(transfer.error.data()));
  // libcurl quotes a proxy's address that it cannot use, in which a password may stand.
  if (code == CURLE_COULDNT_RESOLVE_PROXY || contains(said, "proxy s") || contains(said, "@")) said = "the proxy's address cannot be used";
  if (said.empty()) said = curl().easy_strerror(code);
  return host + ": " + std::string(said);
}

class CurlClient : public HttpClient {
 public:
  explicit CurlClient(const HttpOptions& options) : options_(options) {}

  Status start() {
    multi_ = curl().multi_init();
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!multi_ || epoll_ < 0 || wake_ < 0) return fail(Code::io, "cannot set up HTTP", {}, "", "too many open files?");
    epoll_event event{EPOLLIN, {.fd = wake_}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
    curl().multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlClient::on_socket);
    curl().multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl().multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlClient::on_timer);
    curl().multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl().multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.connections_max));
    return {};
  }

  ~CurlClient() override {
    HoldSigpipe hold;
    for (auto& transfer : running_) {
      curl().multi_remove_handle(multi_, transfer->easy);
      curl().easy_cleanup(transfer->easy);
    }
    for (CURL* easy : idle_) curl().easy_cleanup(easy);
    if (multi_) curl().multi_cleanup(multi_);
    if (epoll_ >= 0) close(epoll_);
    if (wake_ >= 0) close(wake_);
  }

  void send(HttpRequest request, Done done) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    transfer->bytes_max = options_.response_bytes_max;
    ++in_flight_;
    if (std::string fault = fault_of(transfer->request); !fault.empty()) {
      transfer->outcome = {HttpFailure::other, fault, {}};
      finished_.push_back(std::move(transfer));
      return;
    }
    auto& host = hosts_[transfer->request.origin];
    if (!host) host = std::make_unique<Host>(Host{transfer->request.origin, 0, false, {}});
    transfer->host = host.get();
    host->waiting.push_back(std::move(transfer));
    give_turn(*host);
    start_waiting();
  }

  void run(int64_t wait_ms) override {
    const int64_t until = steady_ms() + std::max<int64_t>(0, wait_ms);
    if (finished_.empty()) transfer(until);
    deliver();
  }

  size_t in_flight() const override { return in_flight_; }

  void cancel() override {
    stop_all();
    deliver();
  }

  void wake() override {
    const uint64_t once = 1;
    [[maybe_unused]] const auto written = write(wake_, &once, sizeof once);
  }

 private:
  // Until something is finished or the time has come.
  void transfer(int64_t until) {
    HoldSigpipe hold;
    while (finished_.empty()) {
      const int64_t now = steady_ms();
      int64_t wait = std::max<int64_t>(0, until - now);
      if (timer_ms_ >= 0) wait = std::min(wait, std::max<int64_t>(0, timer_ms_ - now));
      std::array<epoll_event, 256> events;
      const int count = epoll_wait(epoll_, events.data(), events.size(), static_cast<int>(std::min<int64_t>(wait, 60000)));
      bool woken = count < 0 && errno == EINTR;
      int still = 0;
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<size_t>(i)];
        if (event.data.fd == wake_) {
          uint64_t times = 0;
          woken = read(wake_, &times, sizeof times) > 0 || woken;
          continue;
        }
        const int what = (event.events & EPOLLIN ? CURL_CSELECT_IN : 0) | (event.events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                         (event.events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        curl().multi_socket_action(multi_, event.data.fd, what, &still);
      }
      if (timer_ms_ >= 0 && steady_ms() >= timer_ms_) {
        timer_ms_ = -1;
        curl().multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &still);
      }
      gather();
      if (woken || (finished_.empty() && steady_ms() >= until)) break;
    }
  }

  void stop_all() {
    HoldSigpipe hold;
    while (!running_.empty()) {
      TransferPtr transfer = take_off(running_.back().get());
      transfer->outcome = {HttpFailure::cancelled, "stopped", {}};
      finished_.push_back(std::move(transfer));
    }
    turns_.clear();
    for (auto& [origin, host] : hosts_)
      for (TransferPtr& transfer : host->waiting) {
        transfer->outcome = {HttpFailure::cancelled, "stopped", {}};
        transfer->host = nullptr;
        finished_.push_back(std::move(transfer));
      }
    hosts_.clear();
  }

  static int on_socket(CURL*, curl_socket_t fd, int what, void* user, void* known) {
    auto& self = *static_cast<CurlClient*>(user);
    if (what == CURL_POLL_REMOVE) {
      epoll_ctl(self.epoll_, EPOLL_CTL_DEL, fd, nullptr);
      return 0;
    }
    epoll_event event{};
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    event.data.fd = fd;
    if (!known || epoll_ctl(self.epoll_, EPOLL_CTL_MOD, fd, &event) != 0) {
      if (epoll_ctl(self.epoll_, EPOLL_CTL_ADD, fd, &event) != 0 && errno == EEXIST) epoll_ctl(self.epoll_, EPOLL_CTL_MOD, fd, &event);
      curl().multi_assign(self.multi_, fd, &self);
    }
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* user) {
    auto& self = *static_cast<CurlClient*>(user);
    self.timer_ms_ = timeout_ms < 0 ? -1 : steady_ms() + timeout_ms;
    return 0;
  }

  // An easy handle with all that does not change from request to request.
  CURL* easy() {
    if (!idle_.empty()) {
      CURL* out = idle_.back();
      idle_.pop_back();
      return out;
    }
    CURL* out = curl().easy_init();
    if (!out) return nullptr;
    curl().easy_setopt(out, CURLOPT_NOSIGNAL, 1L);
    curl().easy_setopt(out, CURLOPT_PROTOCOLS_STR, "http,https");
    curl().easy_setopt(out, CURLOPT_PATH_AS_IS, 1L);
    curl().easy_setopt(out, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    curl().easy_setopt(out, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl().easy_setopt(out, CURLOPT_SSL_VERIFYPEER, 1L);
    curl().easy_setopt(out, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_bundle.empty()) {
      curl().easy_setopt(out, CURLOPT_CAINFO, options_.ca_bundle.c_str());
      curl().easy_setopt(out, CURLOPT_CAPATH, nullptr);  // the file alone, not the system's beside it
    }
    if (options_.proxy == "-") curl().easy_setopt(out, CURLOPT_PROXY, "");
    else if (!options_.proxy.empty()) curl().easy_setopt(out, CURLOPT_PROXY, options_.proxy.c_str());
    curl().easy_setopt(out, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl().easy_setopt(out, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // nothing of ours is for a tunnel's proxy
    curl().easy_setopt(out, CURLOPT_TCP_KEEPALIVE, 1L);
    curl().easy_setopt(out, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options_.response_bytes_max));
    curl().easy_setopt(out, CURLOPT_WRITEFUNCTION, &on_body);
    curl().easy_setopt(out, CURLOPT_HEADERFUNCTION, &on_header);
    return out;
  }

  void prepare(Transfer& transfer) {
    const HttpRequest& request = transfer.request;
    CURL* handle = transfer.easy;
    curl().easy_setopt(handle, CURLOPT_PRIVATE, &transfer);
    curl().easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
    curl().easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
    curl().easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer.error.data());
    curl().easy_setopt(handle, CURLOPT_URL, url_of(request).c_str());
    curl().easy_setopt(handle, CURLOPT_NOPROXY, request.direct ? "*" : nullptr);  // null: what the environment excepts
    const int64_t total = request.timeout_ms > 0 ? request.timeout_ms : options_.total_timeout_ms;
    curl().easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(total));
    curl().easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(total, options_.connect_timeout_ms)));

    const bool body = !request.body.empty() || request.method == "POST" || request.method == "PUT";
    if (request.method == "HEAD") {
      curl().easy_setopt(handle, CURLOPT_NOBODY, 1L);
    } else if (body) {
      curl().easy_setopt(handle, CURLOPT_NOBODY, 0L);
      curl().easy_setopt(handle, CURLOPT_POST, 1L);
      curl().easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
      curl().easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    } else {
      curl().easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    }
    const bool usual = request.method == (request.method == "HEAD" ? "HEAD" : body ? "POST" : "GET");
    curl().easy_setopt(handle, CURLOPT_CUSTOMREQUEST, usual ? nullptr : request.method.c_str());

    curl_slist* list = nullptr;
    bool content_type = false, accept = false;
    for (const auto& [key, value] : request.headers) {
      content_type = content_type || equal_ignoring_case(key, "content-type");
      accept = accept || equal_ignoring_case(key, "accept");
      list = curl().slist_append(list, (value.empty() ? key + ";" : key + ": " + value).c_str());
    }
    list = curl().slist_append(list, ("Host: " + host_header(request.origin)).c_str());
    list = curl().slist_append(list, "Expect:");  // no round trip before a body
    if (!accept) list = curl().slist_append(list, "Accept:");
    if (body && !content_type) list = curl().slist_append(list, "Content-Type:");
    transfer.headers = list;
    curl().easy_setopt(handle, CURLOPT_HTTPHEADER, list);
  }

  void give_turn(Host& host) {
    if (host.in_turn || host.waiting.empty() || host.active >= options_.connections_per_host_max) return;
    host.in_turn = true;
    turns_.push_back(&host);
  }

  // One of each host in turn, while there is room.
  void start_waiting() {
    while (!turns_.empty() && running_.size() < static_cast<size_t>(options_.connections_max)) {
      Host& host = *turns_.front();
      turns_.pop_front();
      host.in_turn = false;
      TransferPtr transfer = std::move(host.waiting.front());
      host.waiting.pop_front();
      transfer->easy = easy();
      if (!transfer->easy) {
        transfer->outcome = {HttpFailure::other, "no memory for a request", {}};
        transfer->host = nullptr;
        finished_.push_back(std::move(transfer));
        give_turn(host);
        continue;
      }
      prepare(*transfer);
      ++host.active;
      transfer->slot = running_.size();
      curl().multi_add_handle(multi_, transfer->easy);
      running_.push_back(std::move(transfer));
      give_turn(host);
    }
  }

  TransferPtr take_off(Transfer* transfer) {
    curl().multi_remove_handle(multi_, transfer->easy);
    curl().easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, nullptr);
    curl().easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, nullptr);
    curl().easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, nullptr);
    idle_.push_back(transfer->easy);
    transfer->easy = nullptr;
    const size_t slot = transfer->slot;
    TransferPtr out = std::move(running_[slot]);
    if (slot + 1 != running_.size()) {
      running_[slot] = std::move(running_.back());
      running_[slot]->slot = slot;
    }
    running_.pop_back();
    Host& host = *out->host;
    out->host = nullptr;
    --host.active;
    give_turn(host);
    if (host.active == 0 && host.waiting.empty()) hosts_.erase(std::string(host.origin));
    return out;
  }

  void gather() {
    int left = 0;
    while (CURLMsg* message = curl().multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Transfer* transfer = nullptr;
      curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      if (code == CURLE_OK && !transfer->too_large && transfer->headers_whole) {
        long status = 0;
        curl().easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        transfer->outcome.response.status = static_cast<int>(status);
      } else {
        transfer->outcome.failure = failure_of(code, *transfer);
        transfer->outcome.message = message_of(code, transfer->outcome.failure, *transfer);
        transfer->outcome.response = {};
      }
      finished_.push_back(take_off(transfer));
    }
    start_waiting();
  }

  void deliver() {
    // What these bring forth is for the next run: a `done` that sends what fails at once must not keep us here.
    for (size_t count = finished_.size(); count > 0 && !finished_.empty(); --count) {
      TransferPtr transfer = std::move(finished_.front());
      finished_.pop_front();
      --in_flight_;
      if (transfer->done) transfer->done(std::move(transfer->outcome));
    }
  }

  HttpOptions options_;
  CURLM* multi_ = nullptr;
  int epoll_ = -1, wake_ = -1;
  int64_t timer_ms_ = -1;
  size_t in_flight_ = 0;
  std::unordered_map<std::string, std::unique_ptr<Host>> hosts_;
  std::deque<Host*> turns_;            // hosts with a request that may start
  std::vector<TransferPtr> running_;   // on their way
  std::deque<TransferPtr> finished_;   // their `done` is still to be called
  std::vector<CURL*> idle_;
};

}  // namespace

const std::string* HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (equal_ignoring_case(key, name)) return &value;
  return nullptr;
}

std::string_view name(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::none: return "none";
    case HttpFailure::resolve: return "resolve";
    case HttpFailure::connect: return "connect";
    case HttpFailure::tls: return "tls";
    case HttpFailure::timeout: return "timeout";
    case HttpFailure::cut: return "cut";
    case HttpFailure::too_large: return "too_large";
    case HttpFailure::cancelled: return "cancelled";
    case HttpFailure::other: return "other";
  }
  return "other";
}

Result<std::unique_ptr<HttpClient>> HttpClient::make(const HttpOptions& options) {
  TRY(load_curl());
  if (!options.ca_bundle.empty() && access(options.ca_bundle.c_str(), R_OK) != 0)
    return fail(Code::not_found, "cannot read the CA bundle", Place{options.ca_bundle}, "a file of certificates in PEM", "see AWS_CA_BUNDLE");
  auto client = std::make_unique<CurlClient>(options);
  TRY(client->start());
  return client;
}

HttpOutcome http_call(HttpClient& client, HttpRequest request) {
  HttpOutcome out;
  bool done = false;
  client.send(std::move(request), [&](HttpOutcome outcome) {
    out = std::move(outcome);
    done = true;
  });
  while (!done) client.run(1000);
  return out;
}

}  // namespace reeve
