#include "aws/http.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "aws/http_test_kit.h"

namespace reeve {
namespace {

std::unique_ptr<HttpClient> client_of(HttpOptions options = {}) {
  if (options.proxy.empty()) options.proxy = "-";
  auto client = HttpClient::make(options);
  EXPECT_TRUE(client) << (client ? "" : client.error().text());
  return std::move(*client);
}

HttpRequest get(const std::string& origin, std::string path = "/") {
  HttpRequest request;
  request.origin = origin;
  request.path = std::move(path);
  return request;
}

TEST(Http, sends_what_it_is_given_and_nothing_else) {
  SeenRequest seen;
  LoopbackServer server([&](const SeenRequest& request, ServedConnection& connection) {
    seen = request;
    std::string answer = answer_text(200, "ok", {{"X-Two", "a"}, {"x-two", "b"}});
    if (request.method == "HEAD") answer.resize(answer.size() - 2);
    connection.send(answer);
  });
  auto client = client_of();
  struct Row {
    const char* what;
    HttpRequest request;
    const char *method, *target;
    HttpHeaders headers;
  };
  const std::string host = server.origin().substr(7);
  auto made = [&](std::string method, std::string path, std::vector<std::pair<std::string, std::string>> query = {}, HttpHeaders headers = {},
                  std::string body = {}) {
    return HttpRequest{std::move(method), server.origin(), std::move(path), std::move(query), std::move(headers), std::move(body)};
  };
  const Row rows[] = {
      {"a plain one", made("GET", "/"), "GET", "/", {{"Host", host}}},
      {"dots and doubled slashes stay", made("GET", "/a/../b//c/./d"), "GET", "/a/../b//c/./d", {{"Host", host}}},
      {"escapes stay as they are written", made("GET", "/%7e%2f%20x"), "GET", "/%7e%2f%20x", {{"Host", host}}},
      {"the query is encoded as AWS does", made("GET", "/", {{"policy", ""}, {"a b", "c/d~+é"}}), "GET", "/?policy=&a%20b=c%2Fd~%2B%C3%A9", {{"Host", host}}},
      {"headers in order, an empty one too", made("GET", "/", {}, {{"B", "2"}, {"A", ""}}), "GET", "/", {{"B", "2"}, {"A", ""}, {"Host", host}}},
      {"a body", made("POST", "/", {}, {{"Content-Type", "x"}}, "abc"), "POST", "/", {{"Content-Length", "3"}, {"Content-Type", "x"}, {"Host", host}}},
      {"a POST without body", made("POST", "/"), "POST", "/", {{"Content-Length", "0"}, {"Host", host}}},
      {"a PUT without body", made("PUT", "/token"), "PUT", "/token", {{"Content-Length", "0"}, {"Host", host}}},
      {"HEAD", made("HEAD", "/"), "HEAD", "/", {{"Host", host}}},
      {"GET after HEAD has its body", made("GET", "/"), "GET", "/", {{"Host", host}}},
      {"DELETE", made("DELETE", "/"), "DELETE", "/", {{"Host", host}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    seen = {};
    HttpOutcome outcome = http_call(*client, row.request);
    ASSERT_EQ(outcome.failure, HttpFailure::none) << outcome.message;
    EXPECT_EQ(outcome.response.status, 200);
    EXPECT_EQ(outcome.response.body, std::string(row.method) == "HEAD" ? "" : "ok");
    ASSERT_TRUE(outcome.response.header("X-TWO"));
    EXPECT_EQ(*outcome.response.header("X-TWO"), "a");
    EXPECT_EQ(seen.method, row.method);
    EXPECT_EQ(seen.target, row.target);
    EXPECT_EQ(seen.body, row.request.body);
    auto sorted = [](HttpHeaders headers) {
      std::sort(headers.begin(), headers.end());
      return headers;
    };
    EXPECT_EQ(sorted(seen.headers), sorted(row.headers));
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, tells_failures_apart) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) {
    const std::string& what = request.target;
    if (what == "/cut") connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"), connection.close();
    else if (what == "/cut-chunk") connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), connection.close();
    else if (what == "/cut-headers") connection.send("HTTP/1.1 200 OK\r\nContent-"), connection.close();
    else if (what == "/nothing") connection.close();
    else if (what == "/slow") connection.sleep_ms(3000), connection.close();
    else if (what == "/drip") connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx"), connection.sleep_ms(3000), connection.close();
    else if (what == "/huge") connection.send(answer_text(200, std::string(70000, 'x')));
    else if (what == "/endless") {
      connection.send("HTTP/1.1 200 OK\r\n\r\n");
      for (int i = 0; i < 1000 && !connection.closed(); ++i) connection.send(std::string(1000, 'x'));
      connection.close();
    } else if (what == "/headers") {
      connection.send("HTTP/1.1 200 OK\r\n");
      for (int i = 0; i < 2000 && !connection.closed(); ++i) connection.send("X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n");
      connection.close();
    } else if (what == "/garbage") connection.send("what is HTTP?\r\n\r\n"), connection.close();
    else connection.send(answer_text(200, "ok"));
  });
  auto client = client_of({.connect_timeout_ms = 2000, .total_timeout_ms = 300, .response_bytes_max = 65536});
  const std::string origin = server.origin();
  struct Row {
    HttpRequest request;
    HttpFailure failure;
  };
  const Row rows[] = {
      {get(origin, "/cut"), HttpFailure::cut},
      {get(origin, "/cut-chunk"), HttpFailure::cut},
      {get(origin, "/cut-headers"), HttpFailure::cut},
      {get(origin, "/nothing"), HttpFailure::cut},
      {get(origin, "/slow"), HttpFailure::timeout},
      {get(origin, "/drip"), HttpFailure::timeout},
      {get(origin, "/huge"), HttpFailure::too_large},
      {get(origin, "/endless"), HttpFailure::too_large},
      {get(origin, "/garbage"), HttpFailure::other},
      {get("http://127.0.0.1:" + std::to_string(closed_port())), HttpFailure::connect},
      {get("http://no-such-host.invalid"), HttpFailure::resolve},
      {get("ftp://127.0.0.1"), HttpFailure::other},
      {get("127.0.0.1"), HttpFailure::other},
      {get("http://u:p@127.0.0.1"), HttpFailure::other},
      {get(origin, "no-slash"), HttpFailure::other},
      {get(origin, "/a b"), HttpFailure::other},
      {get(origin, "/a?b"), HttpFailure::other},
      {get(origin, "/a\r\nX: y"), HttpFailure::other},
      {HttpRequest{"GET", origin, "/", {}, {{"X", "a\r\nY: b"}}, ""}, HttpFailure::other},
      {HttpRequest{"GET /", origin, "/", {}, {}, ""}, HttpFailure::other},
      {get(origin, "/fine"), HttpFailure::none},
  };
  for (const Row& row : rows) {
    HttpOutcome outcome = http_call(*client, row.request);
    EXPECT_EQ(name(outcome.failure), name(row.failure)) << row.request.origin << row.request.path << ": " << outcome.message;
    if (row.failure == HttpFailure::none) continue;
    EXPECT_FALSE(outcome.message.empty());
    EXPECT_TRUE(outcome.response.body.empty());
  }
  auto patient = client_of({.total_timeout_ms = 10000});
  EXPECT_NE(http_call(*patient, get(origin, "/headers")).failure, HttpFailure::none);
  HttpRequest hurried = get(origin, "/slow");
  hurried.timeout_ms = 50;
  EXPECT_EQ(http_call(*patient, hurried).failure, HttpFailure::timeout);
}

TEST(Http, a_host_that_takes_no_connection_is_not_reached) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);  // a full backlog: connections are neither accepted nor refused
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    [[maybe_unused]] const int done = connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), size);
  }
  auto client = client_of({.connect_timeout_ms = 100, .total_timeout_ms = 5000});
  HttpOutcome outcome = http_call(*client, get("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port))));
  EXPECT_EQ(name(outcome.failure), "connect") << outcome.message;
  for (int fd : fillers) close(fd);
  close(listener);
}

TEST(Http, reads_bodies_however_they_are_delimited) {
  LoopbackServer server([](const SeenRequest& request, ServedConnection& connection) {
    if (request.target == "/chunked") {
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      connection.sleep_ms(20);
      connection.send("6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n");
    } else if (request.target == "/close") {
      connection.send("HTTP/1.1 200 OK\r\n\r\nhello world");
      connection.close();
    } else if (request.target == "/continue") {
      connection.send("HTTP/1.1 100 Continue\r\nX-Not: mine\r\n\r\n" + answer_text(200, "hello world"));
    } else if (request.target == "/empty") {
      connection.send("HTTP/1.1 204 No\r\n\r\n");
    } else if (request.target == "/bytes") {
      connection.send(answer_text(500, std::string("\0\xff\r\n", 4)));
    } else if (request.target == "/moved") {
      connection.send(answer_text(301, "hello world", {{"Location", "/empty"}}));
    }
  });
  auto client = client_of();
  struct Row {
    const char* path;
    int status;
    std::string body;
  };
  const Row rows[] = {{"/chunked", 200, "hello world"}, {"/close", 200, "hello world"}, {"/continue", 200, "hello world"},
                      {"/empty", 204, ""},              {"/bytes", 500, std::string("\0\xff\r\n", 4)}, {"/moved", 301, "hello world"}};
  for (const Row& row : rows) {
    HttpOutcome outcome = http_call(*client, get(server.origin(), row.path));
    EXPECT_EQ(outcome.failure, HttpFailure::none) << row.path << outcome.message;
    EXPECT_EQ(outcome.response.status, row.status) << row.path;
    EXPECT_EQ(outcome.response.body, row.body) << row.path;
    EXPECT_FALSE(outcome.response.header("X-Not")) << row.path;
  }
}

TEST(Http, keeps_connections_and_bounds_them) {
  std::atomic<int> now{0}, most{0};
  LoopbackServer server([&](const SeenRequest&, ServedConnection& connection) {
    const int here = ++now;
    int seen = most;
    while (here > seen && !most.compare_exchange_weak(seen, here)) {}
    connection.sleep_ms(5);
    --now;
    connection.send(answer_text(200, "ok"));
  });
  auto client = client_of({.connections_max = 6, .connections_per_host_max = 4});
  int answered = 0;
  for (int i = 0; i < 40; ++i)
    client->send(get(server.origin()), [&](HttpOutcome outcome) { answered += outcome.response.status == 200; });
  EXPECT_EQ(client->in_flight(), 40u);
  EXPECT_EQ(answered, 0);  // never from send
  while (client->in_flight() > 0) client->run(1000);
  EXPECT_EQ(answered, 40);
  EXPECT_LE(most, 4);
  EXPECT_GE(most, 2);
  EXPECT_LE(server.connections(), 4);
  EXPECT_EQ(server.requests(), 40);
}

TEST(Http, one_slow_host_does_not_hold_up_another) {
  LoopbackServer slow([](const SeenRequest&, ServedConnection& connection) { connection.sleep_ms(2000), connection.send(answer_text(200, "")); });
  LoopbackServer quick([](const SeenRequest&, ServedConnection& connection) { connection.send(answer_text(200, "")); });
  auto client = client_of({.connections_max = 4, .connections_per_host_max = 2});
  int quick_done = 0;
  for (int i = 0; i < 10; ++i) client->send(get(slow.origin()), [](HttpOutcome) {});
  for (int i = 0; i < 10; ++i) client->send(get(quick.origin()), [&](HttpOutcome) { ++quick_done; });
  const auto began = std::chrono::steady_clock::now();
  while (quick_done < 10) client->run(100);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1900));
  int cancelled = 0;
  client->cancel();
  EXPECT_EQ(client->in_flight(), 0u);
  client->send(get(quick.origin()), [&](HttpOutcome outcome) { cancelled += outcome.failure == HttpFailure::cancelled; });
  client->cancel();
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(http_call(*client, get(quick.origin())).response.status, 200);  // and goes on
}

TEST(Http, a_server_that_closed_a_kept_connection_is_asked_on_another) {
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) {
    connection.send(answer_text(200, "ok"));  // and says nothing of closing
    connection.close();
  });
  auto client = client_of();
  for (int i = 0; i < 5; ++i) {
    HttpOutcome outcome = http_call(*client, get(server.origin()));
    EXPECT_EQ(outcome.response.body, "ok") << outcome.message;
  }
}

TEST(Http, returns_when_woken) {
  auto client = client_of();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    client->wake();
  });
  const auto began = std::chrono::steady_clock::now();
  client->run(10000);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  other.join();
  client->run(1);
}

// A CA, and a certificate of it for localhost, in files.
struct MadeCertificates {
  std::filesystem::path folder;
  std::string ca, certificate, key;

  MadeCertificates() {
    folder = std::filesystem::temp_directory_path() / ("reeve-http-" + std::to_string(getpid()) + "-" + std::to_string(reinterpret_cast<uintptr_t>(this)));
    std::filesystem::create_directories(folder);
    ca = folder / "ca.pem", certificate = folder / "cert.pem", key = folder / "key.pem";
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *own_key = EVP_EC_gen("P-256");
    X509* ca_certificate = signed_by(nullptr, ca_key, ca_key, "A CA for tests", true);
    X509* own = signed_by(ca_certificate, ca_key, own_key, "localhost", false);
    write(ca, [&](FILE* file) { PEM_write_X509(file, ca_certificate); });
    write(certificate, [&](FILE* file) { PEM_write_X509(file, own); });
    write(key, [&](FILE* file) { PEM_write_PrivateKey(file, own_key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(own);
    X509_free(ca_certificate);
    EVP_PKEY_free(own_key);
    EVP_PKEY_free(ca_key);
  }
  ~MadeCertificates() { std::filesystem::remove_all(folder); }

 private:
  static X509* signed_by(X509* issuer, EVP_PKEY* issuer_key, EVP_PKEY* own_key, const char* common_name, bool authority) {
    X509* out = X509_new();
    X509_set_version(out, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(out), authority ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(out), -3600);
    X509_gmtime_adj(X509_getm_notAfter(out), 3600);
    X509_set_pubkey(out, own_key);
    X509_NAME* subject = X509_get_subject_name(out);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    X509_set_issuer_name(out, issuer ? X509_get_subject_name(issuer) : subject);
    extend(out, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!authority) extend(out, NID_subject_alt_name, "DNS:localhost");
    X509_sign(out, issuer_key, EVP_sha256());
    return out;
  }
  static void extend(X509* certificate, int what, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  template <class F>
  static void write(const std::string& path, F&& how) {
    FILE* file = std::fopen(path.c_str(), "w");
    how(file);
    std::fclose(file);
  }
};

TEST(Http, tls_is_verified) {
  MadeCertificates made, other;
  const LoopbackServer::Tls tls{made.certificate, made.key};
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) { connection.send(answer_text(200, "secret")); }, &tls);
  LoopbackServer plain([](const SeenRequest&, ServedConnection& connection) { connection.send(answer_text(200, "plain")); });
  const std::string by_address = "https://127.0.0.1:" + std::to_string(server.port());
  struct Row {
    const char* what;
    std::string origin, ca;
    HttpFailure failure;
  };
  const Row rows[] = {
      {"its CA is known", server.origin(), made.ca, HttpFailure::none},
      {"its CA is not the system's", server.origin(), "", HttpFailure::tls},
      {"another CA", server.origin(), other.ca, HttpFailure::tls},
      {"another name", by_address, made.ca, HttpFailure::tls},
      {"a file that holds no certificate", server.origin(), made.key, HttpFailure::tls},
      {"nobody there shakes hands", "https://localhost:" + std::to_string(plain.port()), made.ca, HttpFailure::connect},
  };
  for (const Row& row : rows) {
    HttpOutcome outcome = http_call(*client_of({.total_timeout_ms = 1000, .ca_bundle = row.ca}), get(row.origin));
    EXPECT_EQ(name(outcome.failure), name(row.failure)) << row.what << ": " << outcome.message;
    EXPECT_EQ(outcome.response.body, row.failure == HttpFailure::none ? "secret" : "") << row.what;
  }
  auto missing = HttpClient::make({.ca_bundle = (made.folder / "none.pem").string()});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().text().find("none.pem"), std::string::npos);
}

TEST(Http, tls_to_who_has_gone_does_not_end_the_program) {
  MadeCertificates made;
  const LoopbackServer::Tls tls{made.certificate, made.key};
  LoopbackServer server([](const SeenRequest&, ServedConnection& connection) { connection.close(); }, &tls);
  HttpRequest request = get(server.origin());
  request.method = "POST";
  request.body.assign(4 << 20, 'x');
  auto client = client_of({.ca_bundle = made.ca});
  for (int i = 0; i < 5; ++i) {
    request.headers = {{"Content-Length", std::to_string(i)}};  // the server leaves in the middle of the body
    EXPECT_NE(http_call(*client, request).failure, HttpFailure::none);
  }
}

TEST(Http, proxies) {
  std::mutex guard;
  std::vector<SeenRequest> seen;
  LoopbackServer proxy([&](const SeenRequest& request, ServedConnection& connection) {
    {
      std::lock_guard lock(guard);
      seen.push_back(request);
    }
    if (request.method == "CONNECT") connection.send(answer_text(request.header("Proxy-Authorization") ? 502 : 407, "no"));
    else connection.send(answer_text(200, "by proxy"));
  });
  LoopbackServer direct([](const SeenRequest&, ServedConnection& connection) { connection.send(answer_text(200, "direct")); });
  const std::string address = "http://127.0.0.1:" + std::to_string(proxy.port());

  HttpRequest request = get("http://sts.example.invalid", "/x");
  request.headers = {{"Authorization", "mine"}};
  HttpOutcome outcome = http_call(*client_of({.proxy = address}), request);
  EXPECT_EQ(outcome.response.body, "by proxy") << outcome.message;
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].target, "http://sts.example.invalid/x");

  // A tunnel that is refused; what is signed for the service is not shown to the proxy, nor the password to people.
  for (const char* user : {"", "user:hush@"}) {
    seen.clear();
    request.origin = "https://sts.example.invalid";
    outcome = http_call(*client_of({.proxy = "http://" + std::string(user) + address.substr(7)}), request);
    EXPECT_EQ(name(outcome.failure), "connect") << outcome.message;
    EXPECT_EQ(outcome.message.find("hush"), std::string::npos);
    ASSERT_GE(seen.size(), 1u);
    EXPECT_EQ(seen[0].method, "CONNECT");
    EXPECT_EQ(seen[0].target, "sts.example.invalid:443");
    EXPECT_FALSE(seen[0].header("Authorization"));
  }
  outcome = http_call(*client_of({.proxy = "http://user:hush@[:1"}), request);
  EXPECT_NE(outcome.failure, HttpFailure::none);
  EXPECT_EQ(outcome.message.find("hush"), std::string::npos) << outcome.message;
  outcome = http_call(*client_of({.proxy = "gopher://user:hush@127.0.0.1:1"}), request);
  EXPECT_NE(outcome.failure, HttpFailure::none);
  EXPECT_EQ(outcome.message.find("hush"), std::string::npos) << outcome.message;

  // The environment, and what it excepts.
  const char* names[] = {"http_proxy", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"};
  std::map<std::string, std::string> before;
  for (const char* key : names)
    if (const char* value = std::getenv(key)) before[key] = value, unsetenv(key);
  auto by_environment = [&] {
    auto made = HttpClient::make({});
    return http_call(**made, get(direct.origin())).response.body;
  };
  setenv("http_proxy", address.c_str(), 1);
  EXPECT_EQ(by_environment(), "by proxy");
  HttpRequest past = get(direct.origin());
  past.direct = true;
  auto both = client_of({.proxy = address});
  EXPECT_EQ(http_call(**HttpClient::make({}), past).response.body, "direct");
  EXPECT_EQ(http_call(*both, past).response.body, "direct");
  EXPECT_EQ(http_call(*both, get(direct.origin())).response.body, "by proxy");  // and no longer than for that one
  EXPECT_EQ(http_call(*client_of(), get(direct.origin())).response.body, "direct");  // `-`: none
  setenv("no_proxy", "169.254.169.254,127.0.0.1", 1);
  EXPECT_EQ(by_environment(), "direct");
  unsetenv("no_proxy"), unsetenv("http_proxy");
  for (const auto& [key, value] : before) setenv(key.c_str(), value.c_str(), 1);
}

}  // namespace
}  // namespace reeve
