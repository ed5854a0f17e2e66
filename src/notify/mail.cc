#include "notify/mail.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "aws/curl_library.h"
#include "base/text.h"
#include "content/outputs.h"

namespace reeve {
namespace {

struct Reading {
  std::string_view rest;
};

size_t give(char* to, size_t size, size_t count, void* user) {
  auto& reading = *static_cast<Reading*>(user);
  const size_t some = std::min(size * count, reading.rest.size());
  std::memcpy(to, reading.rest.data(), some);
  reading.rest.remove_prefix(some);
  return some;
}

size_t pass_over(char*, size_t size, size_t count, void*) { return size * count; }

int look(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return *static_cast<const std::atomic<bool>*>(user) ? 1 : 0; }

struct Handle {
  CURL* easy = nullptr;
  curl_slist* to = nullptr;
  ~Handle() {
    curl().slist_free_all(to);
    if (easy) curl().easy_cleanup(easy);
  }
};

// The thread that sends is one of our own, so a server that goes away in TLS must not end the program.
void hold_sigpipe() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

Attempt attempt_of(CURLcode code, long reply) {
  if (code == CURLE_OK) return {Taken::yes, {}, 0};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return {Taken::later, "its name cannot be resolved", 0};
    case CURLE_COULDNT_CONNECT: return {Taken::later, "no connection", 0};
    case CURLE_OPERATION_TIMEDOUT: return {Taken::later, "no answer in time", 0};
    case CURLE_USE_SSL_FAILED: return {Taken::later, "the server offers no TLS", 0};
    case CURLE_SSL_CONNECT_ERROR: case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CACERT_BADFILE: return {Taken::later, "TLS failed", 0};
    case CURLE_LOGIN_DENIED: return {Taken::later, "the login is refused", 0};
    default: break;
  }
  if (reply >= 500 && reply < 600) return {Taken::never, "SMTP " + std::to_string(reply), 0};
  if (reply >= 400 && reply < 500) return {Taken::later, "SMTP " + std::to_string(reply), 0};
  return {Taken::later, "the connection was cut", 0};
}

}  // namespace

Attempt send_mail(const Mail& mail, int64_t timeout_ms, const std::atomic<bool>& stopped, bool& cancelled) {
  if (!load_curl()) return {Taken::later, "libcurl cannot be loaded", 0};
  hold_sigpipe();
  Handle handle;
  handle.easy = curl().easy_init();
  if (!handle.easy) return {Taken::later, "no memory", 0};
  CURL* easy = handle.easy;
  const bool implicit = starts_with(mail.server, "smtps://");
  const bool plain = !implicit && mail.user.empty() && is_loopback_authority(std::string_view(mail.server).substr(7));
  // Behind the slash stands how we call ourselves: not by this machine's name.
  curl().easy_setopt(easy, CURLOPT_URL, (mail.server + "/" + mail.from.substr(mail.from.find('@') + 1)).c_str());
  curl().easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl().easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl().easy_setopt(easy, CURLOPT_PROXY, "");
  curl().easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
  curl().easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min<int64_t>(timeout_ms, 10'000)));
  curl().easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl().easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl().easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl().easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!mail.ca_file.empty()) {
    curl().easy_setopt(easy, CURLOPT_CAINFO, mail.ca_file.c_str());
    curl().easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  if (!mail.user.empty()) {
    curl().easy_setopt(easy, CURLOPT_USERNAME, mail.user.c_str());
    curl().easy_setopt(easy, CURLOPT_PASSWORD, mail.password.c_str());
    curl().easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN");
  }
  curl().easy_setopt(easy, CURLOPT_MAIL_FROM, ("<" + mail.from + ">").c_str());
  for (const std::string& one : mail.to) handle.to = curl().slist_append(handle.to, ("<" + one + ">").c_str());
  curl().easy_setopt(easy, CURLOPT_MAIL_RCPT, handle.to);
  Reading reading{mail.message};
  curl().easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl().easy_setopt(easy, CURLOPT_READFUNCTION, &give);
  curl().easy_setopt(easy, CURLOPT_READDATA, &reading);
  curl().easy_setopt(easy, CURLOPT_WRITEFUNCTION, &pass_over);
  curl().easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl().easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &look);
  curl().easy_setopt(easy, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(&stopped));
  const CURLcode code = curl().easy_perform(easy);
  cancelled = code == CURLE_ABORTED_BY_CALLBACK;
  long reply = 0;
  curl().easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply);
  return attempt_of(code, reply);
}

}  // namespace reeve
