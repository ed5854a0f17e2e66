#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "notify/metrics.h"

namespace reeve {
namespace {

constexpr size_t callers_max = 8, request_bytes_max = 8 << 10;
constexpr int64_t caller_ms = 10'000;

struct Caller {
  int socket = -1;
  std::string asked, answer;
  size_t sent = 0;
  int64_t until_ms = 0;
};

std::string reply(std::string_view status, std::string_view type, const std::string& body, bool head, std::string_view more = {}) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n" + std::string(more) + "\r\n" + (head ? "" : body);
}

std::string answer_to(std::string_view asked, const Metrics& metrics) {
  const std::string_view line = asked.substr(0, asked.find_first_of("\r\n"));
  const auto words = split(line, ' ');
  constexpr std::string_view plain = "text/plain; charset=utf-8";
  if (words.size() != 3 || !starts_with(words[2], "HTTP/1.")) return reply("400 Bad Request", plain, "this is no request of HTTP/1.1\n", false);
  const bool head = words[0] == "HEAD";
  if (!head && words[0] != "GET") return reply("405 Method Not Allowed", plain, "GET or HEAD\n", false, "Allow: GET, HEAD\r\n");
  if (words[1].substr(0, words[1].find('?')) != "/metrics") return reply("404 Not Found", plain, "metrics are at /metrics\n", head);
  return reply("200 OK", "application/openmetrics-text; version=1.0.0; charset=utf-8", metrics.text(wall_clock()), head);
}

class Server : public MetricsServer {
 public:
  Server(const Metrics& metrics, int socket, int wake, std::string address) : metrics_(metrics), socket_(socket), wake_(wake), address_(std::move(address)) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~Server() override {
    const uint64_t once = 1;
    [[maybe_unused]] const auto written = write(wake_, &once, sizeof once);
    thread_.join();
    for (Caller& caller : callers_) close(caller.socket);
    close(socket_);
    close(wake_);
  }
  std::string address() const override { return address_; }

 private:
  void run() {
    while (true) {
      std::vector<pollfd> polled = {{wake_, POLLIN, 0}};
      // While all places are taken others wait where the system keeps them.
      polled.push_back({callers_.size() < callers_max ? socket_ : -1, POLLIN, 0});
      for (const Caller& caller : callers_) polled.push_back({caller.socket, static_cast<short>(caller.answer.empty() ? POLLIN : POLLOUT), 0});
      poll(polled.data(), polled.size(), callers_.empty() ? -1 : 250);
      if (polled[0].revents) return;
      const int64_t now = steady_ms();
      for (size_t i = 0; i < callers_.size(); ++i)
        if ((polled[i + 2].revents && !serve(callers_[i])) || now >= callers_[i].until_ms) {
          close(callers_[i].socket);
          callers_[i].socket = -1;
        }
      std::erase_if(callers_, [](const Caller& caller) { return caller.socket < 0; });
      if (!(polled[1].revents & POLLIN)) continue;
      const int socket = accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket >= 0) callers_.push_back({socket, {}, {}, 0, now + caller_ms});
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  // False: this caller is done with.
  bool serve(Caller& caller) {
    if (caller.answer.empty()) {
      std::array<char, 2048> room;
      const ssize_t got = recv(caller.socket, room.data(), room.size(), 0);
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      if (got == 0) return false;
      caller.asked.append(room.data(), static_cast<size_t>(got));
      if (caller.asked.size() > request_bytes_max) caller.answer = reply("431 Request Header Fields Too Large", "text/plain; charset=utf-8", "the request is too long\n", false);
      else if (contains(caller.asked, "\r\n\r\n") || contains(caller.asked, "\n\n")) caller.answer = answer_to(caller.asked, metrics_);
      else return true;
    }
    const ssize_t sent = send(caller.socket, caller.answer.data() + caller.sent, caller.answer.size() - caller.sent, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    caller.sent += static_cast<size_t>(sent);
    if (caller.sent < caller.answer.size()) return true;
    shutdown(caller.socket, SHUT_WR);
    return false;
  }

  const Metrics& metrics_;
  int socket_, wake_;
  std::string address_;
  std::vector<Caller> callers_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<MetricsServer>> MetricsServer::open(std::string_view text, const Metrics& metrics) {
  auto wrong = [&] { return fail(Code::usage, "`--metrics " + std::string(text) + "` is no address to listen at", {}, "PORT, ADDR:PORT or [ADDR]:PORT, the address in numbers", "for example 9464, which is this machine alone"); };
  const size_t colon = text.rfind(':');
  const auto port = parse_int(colon == std::string_view::npos ? text : text.substr(colon + 1));
  std::string host(colon == std::string_view::npos ? std::string_view("127.0.0.1") : text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  if (!port || *port < 0 || *port > 65535) return wrong();
  sockaddr_storage where{};
  socklen_t size = 0;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    auto& six = reinterpret_cast<sockaddr_in6&>(where);
    if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &six.sin6_addr) != 1) return wrong();
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(static_cast<uint16_t>(*port));
    size = sizeof six;
  } else {
    auto& four = reinterpret_cast<sockaddr_in&>(where);
    if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) != 1) return wrong();
    four.sin_family = AF_INET;
    four.sin_port = htons(static_cast<uint16_t>(*port));
    size = sizeof four;
  }
  const int descriptor = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (descriptor >= 0) setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (descriptor < 0 || bind(descriptor, reinterpret_cast<sockaddr*>(&where), size) != 0 || listen(descriptor, 16) != 0) {
    const std::string why = std::strerror(errno);
    if (descriptor >= 0) close(descriptor);
    return fail(Code::io, "cannot listen at `" + std::string(text) + "`: " + why, {}, "an address of this machine and a port that nobody has", {});
  }
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&where), &size);
  const uint16_t got = where.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(where).sin6_port : reinterpret_cast<sockaddr_in&>(where).sin_port;
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    close(descriptor);
    return fail(Code::io, "cannot listen: too many open files", {}, {}, {});
  }
  return std::unique_ptr<MetricsServer>(std::make_unique<Server>(metrics, descriptor, wake, host + ":" + std::to_string(ntohs(got))));
}

}  // namespace reeve
