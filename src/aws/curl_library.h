// libcurl, loaded when a connection is first asked for. It stands on two dozen other libraries, which cost every start of the program
// four milliseconds, more than many a run takes in all; most commands never open a connection.
#pragma once

#include <curl/curl.h>

#include "base/result.h"

namespace reeve {

// The functions of libcurl that are used, by their names without `curl_`.
struct CurlLibrary {
#define REEVE_CURL_FUNCTIONS(each)                                                                                                          \
  each(global_init) each(easy_init) each(easy_cleanup) each(easy_setopt) each(easy_getinfo) each(easy_strerror) each(easy_perform)          \
      each(slist_append) each(slist_free_all) each(multi_init) each(multi_cleanup) each(multi_setopt) each(multi_assign)                    \
          each(multi_add_handle) each(multi_remove_handle) each(multi_socket_action) each(multi_info_read)
#define REEVE_CURL_MEMBER(name) decltype(&::curl_##name) name = nullptr;
  REEVE_CURL_FUNCTIONS(REEVE_CURL_MEMBER)
#undef REEVE_CURL_MEMBER
};

// Loads and readies it, once for the whole program. Not found: the library is not installed, or lacks a function.
Status load_curl();

// What was loaded; to be asked only after load_curl() has said that all is well.
const CurlLibrary& curl();

}  // namespace reeve
