// libcurl, loaded when the first request is made. Loading it with all that it needs takes as long
// as every other library together, and most runs ask nothing over HTTP.
#pragma once

#include <curl/curl.h>

namespace nutricount::http {

/// The functions of libcurl that are used here, under their own names.
struct Curl {
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
};

/// Loads it at the first call. Throws Error where it is not installed.
[[nodiscard]] const Curl& curl();

}  // namespace nutricount::http
