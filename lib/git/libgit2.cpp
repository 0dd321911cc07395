#include "git/libgit2.hpp"

#include "os/library.hpp"

namespace nutricount::git {
namespace {
#define NUTRICOUNT_TEXT_OF(number) #number
#define NUTRICOUNT_TEXT(number) NUTRICOUNT_TEXT_OF(number)
#define NUTRICOUNT_VERSION NUTRICOUNT_TEXT(LIBGIT2_VER_MAJOR) "." NUTRICOUNT_TEXT(LIBGIT2_VER_MINOR)

Libgit2 load() {
  // The minor version is part of its soname: its structs change with it.
  const os::Library file("libgit2.so." NUTRICOUNT_VERSION, "libgit2-" NUTRICOUNT_VERSION);
  Libgit2 loaded{};
#define NUTRICOUNT_FIND(name) file.find("git_" #name, loaded.name);
  NUTRICOUNT_LIBGIT2(NUTRICOUNT_FIND)
#undef NUTRICOUNT_FIND
  return loaded;
}
}  // namespace

const Libgit2& libgit2() {
  static const Libgit2 loaded = load();
  return loaded;
}

}  // namespace nutricount::git
