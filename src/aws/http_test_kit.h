// For tests: a server on loopback that answers as the test says, down to the byte, over plain sockets or TLS with a CA made on the spot.
//
// One thread per connection. What the handler does not answer is a connection that is closed.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "aws/http.h"
#include "base/text.h"

namespace reeve {

struct SeenRequest {
  std::string method, target;
  HttpHeaders headers;
  std::string body;
  int connection = 0;  // the how-manieth of the server
  const std::string* header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (equal_ignoring_case(key, name)) return &value;
    return nullptr;
  }
};

inline std::string answer_text(int status, std::string_view body, const HttpHeaders& headers = {}) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  for (const auto& [key, value] : headers) out += key + ": " + value + "\r\n";
  return out + "\r\n" + std::string(body);
}

// What a handler answers on.
class ServedConnection {
 public:
  ServedConnection(int fd, SSL* ssl, std::atomic<bool>& stopping) : fd_(fd), ssl_(ssl), stopping_(stopping) {}
  void send(std::string_view bytes) {
    while (!bytes.empty() && !closed_) {
      const auto sent = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                             : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (sent <= 0) close();
      else bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  void sleep_ms(int64_t ms) {  // ends early when the server does
    for (int64_t slept = 0; slept < ms && !stopping_; slept += 5) std::this_thread::sleep_for(std::chrono::milliseconds(std::min<int64_t>(5, ms - slept)));
  }
  void close() { closed_ = true; }
  bool closed() const { return closed_; }

 private:
  int fd_;
  SSL* ssl_;
  std::atomic<bool>& stopping_;
  bool closed_ = false;
};

class LoopbackServer {
 public:
  using Handler = std::function<void(const SeenRequest&, ServedConnection&)>;
  struct Tls {
    std::string certificate, key;  // files in PEM
  };

  explicit LoopbackServer(Handler handler, const Tls* tls = nullptr) : handler_(std::move(handler)) {
    if (tls) {
      context_ = SSL_CTX_new(TLS_server_method());
      EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context_, tls->certificate.c_str()), 1);
      EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context_, tls->key.c_str(), SSL_FILETYPE_PEM), 1);
    }
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 512), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~LoopbackServer() {
    stopping_ = true;
    accepting_.join();
    for (auto& served : served_) served.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }
  int port() const { return port_; }
  std::string origin() const { return (context_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_); }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  void accept_all() {
    while (!stopping_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (poll(&waiting, 1, 20) <= 0) continue;
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      const int one = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      const int number = connections_++;
      served_.emplace_back([this, fd, number] { serve(fd, number); });
    }
  }
  void serve(int fd, int number) {
    sigset_t pipe;  // TLS to who has gone
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    SSL* ssl = nullptr;
    bool up = true;
    if (context_) {
      ssl = SSL_new(context_);
      SSL_set_fd(ssl, fd);
      up = SSL_accept(ssl) == 1;
    }
    std::string held;
    while (up && !stopping_) {
      SeenRequest request;
      request.connection = number;
      if (!read_request(fd, ssl, held, request)) break;
      ++requests_;
      ServedConnection connection(fd, ssl, stopping_);
      handler_(request, connection);
      if (connection.closed()) break;
    }
    SSL_free(ssl);
    ::close(fd);
  }
  bool more(int fd, SSL* ssl, std::string& held) {
    char bytes[16384];
    while (!stopping_) {
      if (!ssl || SSL_pending(ssl) == 0) {
        pollfd waiting{fd, POLLIN, 0};
        if (poll(&waiting, 1, 20) <= 0) continue;
      }
      const auto got = ssl ? SSL_read(ssl, bytes, sizeof bytes) : static_cast<int>(recv(fd, bytes, sizeof bytes, 0));
      if (got <= 0) return false;
      held.append(bytes, static_cast<size_t>(got));
      return true;
    }
    return false;
  }
  bool read_request(int fd, SSL* ssl, std::string& held, SeenRequest& request) {
    size_t end = 0;
    while ((end = held.find("\r\n\r\n")) == std::string::npos)
      if (!more(fd, ssl, held)) return false;
    size_t body = 0;
    const std::string head = held.substr(0, end);
    held.erase(0, end + 4);
    bool first = true;
    for (std::string_view line : split(head, '\n')) {
      line = trim(line);
      if (first) {
        const auto words = split(line, ' ');
        if (words.size() < 3) return false;
        request.method = words[0];
        request.target = words[1];
        first = false;
        continue;
      }
      const size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      request.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
      if (equal_ignoring_case(line.substr(0, colon), "content-length"))
        body = static_cast<size_t>(parse_int(trim(line.substr(colon + 1))).value_or(0));
    }
    while (held.size() < body)
      if (!more(fd, ssl, held)) return false;
    request.body = held.substr(0, body);
    held.erase(0, body);
    return true;
  }

  Handler handler_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0}, requests_{0};
  std::thread accepting_;
  std::list<std::thread> served_;
};

// A port of loopback on which nobody listens.
inline int closed_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

}  // namespace reeve
