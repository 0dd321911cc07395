#include "http/libcurl.hpp"

#include "os/library.hpp"

namespace nutricount::http {
namespace {
Curl load() {
  const os::Library library("libcurl.so.4", "libcurl4");
  Curl loaded{};
  library.find("curl_easy_init", loaded.easy_init);
  library.find("curl_easy_cleanup", loaded.easy_cleanup);
  library.find("curl_easy_setopt", loaded.easy_setopt);
  library.find("curl_easy_perform", loaded.easy_perform);
  library.find("curl_easy_getinfo", loaded.easy_getinfo);
  library.find("curl_easy_strerror", loaded.easy_strerror);
  library.find("curl_slist_append", loaded.slist_append);
  library.find("curl_slist_free_all", loaded.slist_free_all);
  return loaded;
}
}  // namespace

const Curl& curl() {
  static const Curl loaded = load();
  return loaded;
}

}  // namespace nutricount::http
