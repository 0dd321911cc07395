#include "base/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace nutricount {
namespace {
std::string usual_hint(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "free some space (df -h) and run the command again";
    case EDQUOT:
      return "the disk quota is used up: raise it or free some space, then run it again";
    case EROFS:
      return "the file system is mounted read-only: see dmesg, then mount it read-write";
    case EIO:
      return "the disk reports errors: see dmesg, and copy the data off while it reads";
    case EACCES:
    case EPERM:
      return "run the command as root, or as the owner of that path";
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return "check that path: the configuration or an option names it";
    case EMFILE:
    case ENFILE:
      return "too many open files: see ulimit -n";
    default:
      return {};
  }
}
}  // namespace

Error system_error(int error_number, const std::string& action, std::string hint) {
  if (hint.empty()) hint = usual_hint(error_number);
  return Error(fmt::format("{}: {}", action, std::strerror(error_number)), std::move(hint));
}

Error system_error(const std::string& action, std::string hint) {
  return system_error(errno, action, std::move(hint));
}

}  // namespace nutricount
