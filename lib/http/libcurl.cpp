#include "http/curl.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/error.hpp"

namespace nutricount::http {
namespace {
constexpr const char* kLibrary = "libcurl.so.4";

Error missing() {
  return Error(fmt::format("cannot load {}: {}", kLibrary, dlerror()), "apt-get install libcurl4");
}

template <typename Function>
void find(void* library, const char* name, Function& function) {
  void* const symbol = dlsym(library, name);
  if (symbol == nullptr) throw missing();
  function = reinterpret_cast<Function>(symbol);
}

Curl load() {
  void* const library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);  // stays until the process ends
  if (library == nullptr) throw missing();
  Curl loaded{};
  find(library, "curl_easy_init", loaded.easy_init);
  find(library, "curl_easy_cleanup", loaded.easy_cleanup);
  find(library, "curl_easy_setopt", loaded.easy_setopt);
  find(library, "curl_easy_perform", loaded.easy_perform);
  find(library, "curl_easy_getinfo", loaded.easy_getinfo);
  find(library, "curl_easy_strerror", loaded.easy_strerror);
  return loaded;
}
}  // namespace

const Curl& curl() {
  static const Curl loaded = load();
  return loaded;
}

}  // namespace nutricount::http
