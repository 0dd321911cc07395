#include "os/owner.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

#include "base/error.hpp"

namespace nutricount::os {
namespace {
Owner user(uid_t uid, gid_t fallback_gid) {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return {uid, fallback_gid, std::to_string(uid), "/"};
  return {uid, entry.pw_gid, entry.pw_name, entry.pw_dir};
}
}  // namespace

Owner owner_of(const std::filesystem::path& path) {
  struct stat st {};
  if (stat(path.c_str(), &st) != 0) {
    throw system_error(fmt::format("cannot look at {}", path.string()));
  }
  return user(st.st_uid, st.st_gid);
}

Owner owner_below(const std::filesystem::path& path) {
  for (auto at = std::filesystem::absolute(path).lexically_normal();; at = at.parent_path()) {
    struct stat st {};
    if (stat(at.c_str(), &st) == 0) return user(st.st_uid, st.st_gid);
    if (at == at.root_path()) return current_user();
  }
}

Owner current_user() { return user(geteuid(), getegid()); }

void become(const Owner& owner) {
  setenv("HOME", owner.home.c_str(), 1);
  setenv("USER", owner.name.c_str(), 1);
  setenv("LOGNAME", owner.name.c_str(), 1);
  if (geteuid() == owner.uid && getuid() == owner.uid) return;
  // Asked here, for few processes become another user and group(5) may be far away.
  if (initgroups(owner.name.c_str(), owner.gid) != 0 ||
      setresgid(owner.gid, owner.gid, owner.gid) != 0 ||
      setresuid(owner.uid, owner.uid, owner.uid) != 0) {
    const Error cause = system_error(fmt::format("cannot become user {}", owner.name));
    throw usage_error(cause.what(), fmt::format("run the command as root or as {}", owner.name));
  }
}

void give_to(int fd, const Owner& owner, const std::filesystem::path& path) {
  if (geteuid() != 0 || owner.uid == 0) return;
  if (fchown(fd, owner.uid, owner.gid) != 0) {
    throw system_error(fmt::format("cannot give {} to {}", path.string(), owner.name));
  }
}

}  // namespace nutricount::os
