// A tree with everything that a file system can hold comes back the same, by rsync's word.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "backup/entry.hpp"
#include "backup/playground.hpp"
#include "os/child.hpp"
#include "os/command.hpp"
#include "os/fd.hpp"
#include "waiting.hpp"

using namespace nutricount;
using namespace nutricount::backup;

namespace {
constexpr off_t kHole = 64 << 20;

struct Nasty : Playground {
  fs::path data = root / "data";

  Nasty() {
    for (const char* file : {"x.db", "x.db-wal", "x.db-shm"}) fs::remove(data / file);
    fill_directories();
    make_links();
    make_special();
    give_attributes();
    give_modes();
    give_owners();
    give_times();
  }
  ~Nasty() { let_remove(root); }
  Nasty(const Nasty&) = delete;
  Nasty& operator=(const Nasty&) = delete;

  void fill_directories() const {
    for (const char* name : {"data/empty", "data/deep/a/b/c", "data/shut", "data/group",
                             "data/listed", "data/new\nline"}) {
      fs::create_directories(root / name);
    }
    for (const char* name : {"data/none", "data/deep/a/b/c/leaf", "data/shut/secret",
                             "data/group/program", "data/read", "data/listed/file",
                             "data/new\nline/\xfe\xff \n\t", "data/-rf *", "data/x.db-wal"}) {
      write(name, name);
    }
    write("data/nothing", "");
    const os::Fd sparse(open((data / "sparse").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(pwrite(sparse.get(), "middle", 6, kHole / 2) == 6);
    REQUIRE(ftruncate(sparse.get(), kHole) == 0);
  }
  void make_links() const {
    fs::create_symlink("nowhere", data / "dangling");
    fs::create_symlink("/etc/hostname", data / "outside");
    fs::create_symlink("../..", data / "deep/up");
    fs::create_symlink("\xff\n", data / "deep/bytes");
    fs::create_directory_symlink("deep", data / "linked directory");
    fs::create_hard_link(data / "notes.txt", data / "again");
    fs::create_hard_link(data / "notes.txt", data / "deep/a/b/third");
    fs::create_hard_link(data / "shut/secret", data / "empty.not");
    fs::create_hard_link(data / "read", data / "shut/read");
  }
  void make_special() const {
    REQUIRE(mkfifo((data / "deep/pipe").c_str(), 0600) == 0);
    const os::Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    (data / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  // user::rwx, user 12345: r--, group::r-x, mask::r-x, other::---, as acl(5) lays it out.
  void give_attributes() const {
    const std::string acl(
        "\2\0\0\0\1\0\7\0\xff\xff\xff\xff\2\0\4\0\x39\x30\0\0\4\0\5\0\xff\xff\xff\xff"
        "\x10\0\5\0\xff\xff\xff\xff\x20\0\0\0\xff\xff\xff\xff",
        44);
    set("notes.txt", "user.note", "kept");
    set("read", "user.empty", "");
    set("shut", "user.on a directory", std::string("\0\xff", 2));
    set("group/program", "system.posix_acl_access", acl);
    set("deep", "system.posix_acl_access", acl);
    set("deep", "system.posix_acl_default", acl);
  }
  void set(const char* name, const char* attribute, const std::string& value) const {
    const int result = setxattr((data / name).c_str(), attribute, value.data(), value.size(), 0);
    if (result != 0) REQUIRE(errno == ENOTSUP);  // tmpfs has none
  }
  void give_owners() const {
    if (geteuid() != 0) return;
    for (const char* name : {"deep", "none", "dangling", "linked directory"}) {
      REQUIRE(lchown((data / name).c_str(), 12345, 54321) == 0);
    }
    // A new owner takes these bits away.
    REQUIRE(lchown((data / "group/program").c_str(), 12345, 12345) == 0);
    REQUIRE(chmod((data / "group/program").c_str(), 06750) == 0);
  }
  void give_modes() const {
    for (const auto& [name, mode] : std::vector<std::pair<const char*, mode_t>>{
             {"read", 0400}, {"none", 0600}, {"group", 02775}, {"listed", 01777}, {"shut", 0500}}) {
      REQUIRE(chmod((data / name).c_str(), mode) == 0);
    }
  }
  // The deepest first: nothing is made below any more, so that no time changes again.
  void give_times() const {
    std::vector<fs::path> paths{data};
    for (const auto& entry : fs::recursive_directory_iterator(data)) paths.push_back(entry.path());
    std::int64_t number = 0;
    for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
      const timespec time{1'000'000'000 + 86'400 * ++number, 123'456'000 + number};
      const timespec both[2] = {time, time};
      REQUIRE(utimensat(AT_FDCWD, path->c_str(), both, AT_SYMLINK_NOFOLLOW) == 0);
    }
  }
  // For whoever is not root.
  static void let_remove(const fs::path& tree) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(tree)) paths.push_back(entry.path());
    for (const auto& path : paths) {
      if (fs::is_directory(fs::symlink_status(path))) chmod(path.c_str(), 0700);
    }
  }
  // Modes, owners, times, links, attributes, ACLs and contents.
  [[nodiscard]] std::string differences(const fs::path& left, const fs::path& right) const {
    const auto done = os::run({.argv = {"rsync", "-naHAXc", "--delete", "--itemize-changes",
                                        left.string() + "/", right.string() + "/"}},
                              {.deadline = soon()});
    CHECK(done.ok());
    return done.output;
  }
  [[nodiscard]] fs::path pristine() const {
    const fs::path copy = root / "pristine";
    REQUIRE(
        os::run({.argv = {"cp", "-a", data.string(), copy.string()}}, {.deadline = soon()}).ok());
    return copy;
  }
};

struct stat look(const fs::path& path) {
  struct stat st {};
  REQUIRE(lstat(path.c_str(), &st) == 0);
  return st;
}

// rsync -t compares whole seconds only.
void check_times(const fs::path& left, const fs::path& right) {
  for (const auto& entry : fs::recursive_directory_iterator(right)) {
    const struct stat expected = look(left / entry.path().lexically_relative(right));
    CHECK(nanoseconds(look(entry.path()).st_mtim) == nanoseconds(expected.st_mtim));
  }
  CHECK(nanoseconds(look(right).st_mtim) == nanoseconds(look(left).st_mtim));
}

constexpr const char* kSkipped = "cS+++++++++ socket\ncS+++++++++ deep/pipe\n";
}  // namespace

TEST_CASE("a backup and what is restored from it are the source in all but what is no file") {
  const Nasty place;
  const fs::path pristine = place.pristine();
  const fs::path copy = place.root / "data.backup.20260101_000000";
  place.make(kId);
  CHECK(place.differences(place.data, pristine).empty());  // nothing was changed by looking
  CHECK(place.differences(pristine, copy) == kSkipped);
  CHECK(place.store().verify(kId).empty());
  SUBCASE("what was live is gone") {
    Nasty::let_remove(place.data);
    fs::remove_all(place.data);
  }
  SUBCASE("what was live is damaged") {
    Nasty::let_remove(place.data);
    place.write("data/again", "one file of three names");
    place.write("data/more", "more");
    fs::remove(place.data / "shut/secret");
  }
  place.store().restore(kId, {"data"}, kAside);
  for (const fs::path& same : {place.data, copy}) {
    CHECK(place.differences(pristine, same) == kSkipped);
    check_times(pristine, same);
    CHECK(look(same / "sparse").st_size == kHole);
    CHECK(look(same / "sparse").st_blocks * 512 < 1 << 20);
    CHECK(look(same / "notes.txt").st_nlink == 3);
    CHECK(look(same / "notes.txt").st_ino == look(same / "deep/a/b/third").st_ino);
  }
  CHECK(look(place.data / "notes.txt").st_ino != look(copy / "notes.txt").st_ino);
}

TEST_CASE("read-only files and directories stop no owner, who is not root") {
  const Nasty place;
  os::Owner owner = os::current_user();
  if (geteuid() == 0) {
    // -h: what links lead to is not ours.
    REQUIRE(os::run({.argv = {"chown", "-Rh", "nobody:", place.root.string()}}, {}).ok());
    owner = os::owner_of(place.root);
  }
  const auto as_owner = [&](const std::function<void()>& work) {
    os::do_in_child({.owner = owner, .deadline = soon()}, work);
  };
  as_owner([&] { place.make(kId); });
  REQUIRE(chmod((place.data / "shut").c_str(), 0700) == 0);
  fs::remove(place.data / "shut/secret");
  fs::rename(place.data / "shut/read", place.data / "shut/renamed");
  static_cast<void>(removexattr((place.data / "shut").c_str(), "user.on a directory"));
  REQUIRE(chmod((place.data / "shut").c_str(), 0500) == 0);
  as_owner([&] { place.make(kAside, kId); });
  const fs::path copy = place.root / "data.backup.20260101_000001";
  CHECK(place.differences(place.data, copy) == kSkipped);
  check_times(place.data, copy);
  CHECK(place.store().verify(kAside).empty());
  as_owner([&] { place.store().restore(kAside, {"data"}, kId); });
  CHECK(place.differences(copy, place.data).empty());
  as_owner([&] { place.store().remove(kAside); });
  CHECK(place.store().list().empty());
  CHECK_FALSE(fs::exists(copy));
}
