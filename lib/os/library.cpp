#include "os/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/error.hpp"

namespace nutricount::os {
namespace {
Error cannot_load(const std::string& package) {
  return Error(fmt::format("cannot load a library of {}: {}", package, dlerror()),
               fmt::format("apt-get install {}", package));
}
}  // namespace

Library::Library(const char* name, const char* package)
    : package_(package), handle_(dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) throw cannot_load(package_);
}

void* Library::address(const char* symbol) const {
  void* const found = dlsym(handle_, symbol);
  if (found == nullptr) throw cannot_load(package_);
  return found;
}

}  // namespace nutricount::os
