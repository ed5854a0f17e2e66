#include "double/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <queue>
#include <unordered_map>

#include "base/text.h"

namespace reeve::aws_double {
namespace {

constexpr size_t head_bytes_max = 64 << 10;
constexpr size_t body_bytes_max = 16 << 20;

int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

const char* reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

std::string error_text(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

struct Connection {
  int fd = -1;
  uint64_t id = 0;
  std::string in, out;
  size_t out_at = 0;
  bool waits = false;       // a reply is due later
  bool ends = false;        // closes once `out` is written
  bool reads_eof = false;
  bool wants_write = false;
};

struct Due {
  int64_t at_us;
  uint64_t connection;
  std::string bytes;
  bool ends;
  bool operator<(const Due& other) const { return at_us > other.at_us; }
};

class EpollServer : public Server {
 public:
  EpollServer(int listener, uint16_t port, Handler handler)
      : listener_(listener), port_(port), handler_(std::move(handler)), epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    watch(listener_, 0, EPOLLIN, EPOLL_CTL_ADD);
    watch(wake_, 1, EPOLLIN, EPOLL_CTL_ADD);
  }
  ~EpollServer() override {
    for (auto& [id, connection] : connections_) ::close(connection->fd);
    ::close(listener_);
    ::close(wake_);
    ::close(epoll_);
  }
  uint16_t port() const override { return port_; }
  void stop() override {
    stopped_ = 1;
    const uint64_t one = 1;
    [[maybe_unused]] ssize_t written = ::write(wake_, &one, sizeof one);
  }

  void run() override {
    std::vector<epoll_event> events(512);
    while (!stopped_) {
      int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms());
      for (int i = 0; i < n; ++i) {
        const uint64_t id = events[static_cast<size_t>(i)].data.u64;
        if (id == 0) {
          accept_all();
        } else if (id > 1) {
          auto found = connections_.find(id);
          if (found != connections_.end()) serve(*found->second, events[static_cast<size_t>(i)].events);
        }
      }
      const int64_t now = due_.empty() ? 0 : steady_us();
      while (!due_.empty() && due_.top().at_us <= now) {
        Due due = std::move(const_cast<Due&>(due_.top()));
        due_.pop();
        auto found = connections_.find(due.connection);
        if (found == connections_.end()) continue;
        found->second->waits = false;
        found->second->out += due.bytes;
        found->second->ends |= due.ends;
        serve(*found->second, 0);
      }
    }
  }

 private:
  int wait_ms() const {
    if (due_.empty()) return 1000;
    const int64_t left = due_.top().at_us - steady_us();
    return left <= 0 ? 0 : static_cast<int>(std::min<int64_t>(1000, (left + 999) / 1000));
  }

  void watch(int fd, uint64_t id, uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void accept_all() {
    for (;;) {
      int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto connection = std::make_unique<Connection>();
      connection->fd = fd;
      connection->id = ++last_id_;
      watch(fd, connection->id, EPOLLIN, EPOLL_CTL_ADD);
      connections_.emplace(connection->id, std::move(connection));
    }
  }

  void close(Connection& connection) {
    ::close(connection.fd);
    connections_.erase(connection.id);
  }

  // Reads what is there, answers what is whole, writes what fits. The connection may be gone afterwards.
  void serve(Connection& connection, uint32_t events) {
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
      char buffer[16384];
      for (;;) {
        ssize_t n = ::read(connection.fd, buffer, sizeof buffer);
        if (n > 0) {
          connection.in.append(buffer, static_cast<size_t>(n));
          if (static_cast<size_t>(n) < sizeof buffer) break;
          continue;
        }
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) connection.reads_eof = true;
        break;
      }
    }
    while (!connection.waits && !connection.ends && answer_one(connection)) {}
    if (!write_out(connection)) return close(connection);
    const bool written = connection.out.empty();
    if ((written && connection.ends) || connection.reads_eof) return close(connection);
    if (connection.wants_write == written) {
      connection.wants_write = !written;
      watch(connection.fd, connection.id, written ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
  }

  static bool write_out(Connection& connection) {
    while (connection.out_at < connection.out.size()) {
      ssize_t n = ::send(connection.fd, connection.out.data() + connection.out_at, connection.out.size() - connection.out_at, MSG_NOSIGNAL);
      if (n < 0) return errno == EAGAIN || errno == EINTR;
      connection.out_at += static_cast<size_t>(n);
    }
    connection.out.clear();
    connection.out_at = 0;
    return true;
  }

  // Answers the request at the head of `in`, if it is whole.
  bool answer_one(Connection& connection) {
    const size_t head_end = connection.in.find("\r\n\r\n");
    if (head_end == std::string::npos) {
      if (connection.in.size() > head_bytes_max) refuse(connection);
      return false;
    }
    ServerRequest request;
    if (!read_head(std::string_view(connection.in).substr(0, head_end), request)) return refuse(connection);
    size_t body_bytes = 0, used = head_end + 4;
    if (contains(request.header("transfer-encoding"), "chunked")) {
      int whole = read_chunks(std::string_view(connection.in).substr(used), request.body, body_bytes);
      if (whole < 0) return refuse(connection);
      if (whole == 0) return false;
    } else {
      const std::string_view length = request.header("content-length");
      const auto n = length.empty() ? std::optional<int64_t>(0) : parse_int(length);
      if (!n || *n < 0 || *n > static_cast<int64_t>(body_bytes_max)) return refuse(connection);
      body_bytes = static_cast<size_t>(*n);
      if (connection.in.size() < used + body_bytes) {
        if (!connection.reads_eof && contains(request.header("expect"), "100-continue") && connection.in.size() == used) {
          connection.out += "HTTP/1.1 100 Continue\r\n\r\n";
        }
        return false;
      }
      request.body = connection.in.substr(used, body_bytes);
    }
    connection.in.erase(0, used + body_bytes);
    ServerReply reply;
    handler_(request, reply);
    send_reply(connection, reply, equal_ignoring_case(request.header("connection"), "close"));
    return true;
  }

  bool refuse(Connection& connection) {
    connection.out += "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    connection.ends = true;
    return false;
  }

  static bool read_head(std::string_view head, ServerRequest& request) {
    size_t line_end = head.find("\r\n");
    std::string_view line = head.substr(0, line_end);
    const size_t first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || last <= first || !starts_with(line.substr(last + 1), "HTTP/1.")) return false;
    request.method = std::string(line.substr(0, first));
    std::string_view target = line.substr(first + 1, last - first - 1);
    const size_t question = target.find('?');
    request.path = std::string(target.substr(0, question));
    if (question != std::string_view::npos) request.query = std::string(target.substr(question + 1));
    while (line_end != std::string_view::npos) {
      head.remove_prefix(line_end + 2);
      line_end = head.find("\r\n");
      line = head.substr(0, line_end);
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos) return false;
      request.headers.emplace_back(lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
    }
    return true;
  }

  // 1: whole, 0: more is to come, -1: no chunks.
  static int read_chunks(std::string_view in, std::string& body, size_t& used) {
    used = 0;
    for (;;) {
      const size_t line_end = in.find("\r\n", used);
      if (line_end == std::string_view::npos) return in.size() - used > 1024 ? -1 : 0;
      size_t bytes = 0;
      for (size_t i = used; i < line_end && in[i] != ';'; ++i) {
        const char c = in[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0 || bytes > body_bytes_max) return -1;
        bytes = bytes * 16 + static_cast<size_t>(digit);
      }
      if (in.size() < line_end + 2 + bytes + 2) return 0;
      body += in.substr(line_end + 2, bytes);
      used = line_end + 2 + bytes + 2;
      if (bytes == 0) return 1;
    }
  }

  void send_reply(Connection& connection, const ServerReply& reply, bool ends) {
    std::string bytes;
    if (reply.cut != ServerReply::Cut::before) {
      bytes.reserve(reply.body.size() + 256);
      bytes += "HTTP/1.1 " + std::to_string(reply.status) + " " + reason(reply.status) + "\r\n";
      for (const auto& [name, value] : reply.headers) bytes += name + ": " + value + "\r\n";
      bytes += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
      bytes += reply.cut == ServerReply::Cut::within ? reply.body.substr(0, reply.body.size() / 2) : reply.body;
    }
    ends |= reply.cut != ServerReply::Cut::none;
    if (reply.delay_ms > 0) {
      connection.waits = true;
      due_.push({steady_us() + reply.delay_ms * 1000, connection.id, std::move(bytes), ends});
    } else {
      connection.out += bytes;
      connection.ends |= ends;
    }
  }

  int listener_;
  uint16_t port_;
  Handler handler_;
  int epoll_, wake_;
  volatile int stopped_ = 0;
  uint64_t last_id_ = 1;  // 0 is the listener, 1 what wakes us
  std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
  std::priority_queue<Due> due_;
};

}  // namespace

std::string_view ServerRequest::header(std::string_view lower_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_name) return value;
  }
  return {};
}

Result<std::unique_ptr<Server>> Server::listen(uint16_t port, Handler handler) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(Code::io, error_text("cannot make a socket"));
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 1024) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    auto error = fail(Code::io, error_text("cannot listen on 127.0.0.1"));
    ::close(fd);
    return error;
  }
  return std::make_unique<EpollServer>(fd, ntohs(address.sin_port), std::move(handler));
}

}  // namespace reeve::aws_double
