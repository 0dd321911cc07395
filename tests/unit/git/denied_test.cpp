#include <doctest/doctest.h>
#include <unistd.h>

#include <functional>

#include "git/tree.hpp"
#include "os/command.hpp"

using namespace nutricount;
namespace fs = std::filesystem;

namespace {
/// Every kind of change between two commits, in a tree whose owner is not root.
struct Kinds : Tree {
  std::string after;

  Kinds() {
    for (const char* directory : {"src", "last", "kept"}) fs::create_directory(root / directory);
    for (const char* file : {"src/same", "src/changed", "src/gone", "last/gone", "mode"})
      write(file, "1");
    fs::create_symlink("mode", root / "link");
    first = commit("kept/same", "1");
    fs::remove(root / "src/gone");
    fs::remove(root / "last/gone");
    fs::remove(root / "link");
    fs::create_symlink("src", root / "link");
    fs::permissions(root / "mode", fs::perms(0755));
    fs::create_directories(root / "new/deep");
    write("new/deep/file", "1");
    after = commit("src/changed", "22");
    git({"update-ref", "refs/remotes/origin/main", after});
    git({"reset", "-q", "--hard", first});
    owner_ = os::current_user();
    if (geteuid() != 0) return;
    static_cast<void>(os::run({.argv = {"chown", "-R", "nobody", root.string()}}, {}));
    owner_ = os::owner_of(root);
  }
  void deny(const fs::path& path) const {
    const auto bits = fs::is_directory(root / path) ? fs::perms(0555) : fs::perms(0444);
    fs::permissions(root / path, bits);
  }
  [[nodiscard]] git::Repository repository() const { return {root, owner_}; }
  [[nodiscard]] std::vector<std::string> found() const {
    std::vector<std::string> paths;
    for (const auto& one : repository().compare({}, {}, Deadline()).denied)
      paths.push_back(one.path.lexically_relative(root));
    return paths;
  }

 private:
  os::Owner owner_;
};
}  // namespace

TEST_CASE("what a reset would fail on is named before it is tried") {
  struct Row {
    const char* path;
    bool needed;
  };
  for (const auto& row :
       {Row{"src/changed", true}, Row{"src", true}, Row{"last", true}, Row{".", true},
        Row{".git", true}, Row{".git/logs/HEAD", true}, Row{".git/logs/refs/heads/main", true},
        Row{".git/refs/heads", true}, Row{"src/same", false}, Row{"kept", false},
        Row{"last/gone", false}, Row{"mode", false}, Row{".git/HEAD", false},
        Row{".git/index", false}, Row{".git/refs/heads/main", false}}) {
    const std::string path = row.path;
    const bool needed = row.needed;
    const Kinds kinds;
    kinds.deny(path);
    CAPTURE(path);
    CHECK(kinds.found() == (needed ? std::vector<std::string>{path} : std::vector<std::string>()));
    if (needed) {
      CHECK_THROWS_AS(static_cast<void>(kinds.repository().reset_hard(kinds.after, Deadline())),
                      Error);
    } else {
      CHECK(kinds.repository().reset_hard(kinds.after, Deadline()) > 0);
    }
    static_cast<void>(os::run({.argv = {"chmod", "-R", "u+w", kinds.root.string()}}, {}));
  }
}

TEST_CASE(
    "a file that was changed here, and one that lies where a directory comes, are asked too") {
  const Kinds kinds;
  kinds.write("src/same", "by hand");
  kinds.write("new", "untracked");
  CHECK(kinds.found().empty());
  CHECK(kinds.repository().reset_hard(kinds.after, Deadline()) > 0);
  kinds.write("src/same", "by hand");
  kinds.deny("src/same");
  CHECK(kinds.repository().compare({}, {.any_commit = true}, Deadline()).denied.size() == 1);
  CHECK_THROWS_AS(static_cast<void>(kinds.repository().reset_hard(kinds.after, Deadline())), Error);
}

TEST_CASE("what else could not be written is asked in the child, as the owner") {
  const Kinds kinds;
  const auto uid = os::owner_of(kinds.root).uid;
  const git::Wanted wanted{.also_denied = [uid](const auto& paths) {
    REQUIRE(geteuid() == uid);
    return std::vector<os::Denied>{{paths.front(), EROFS}};
  }};
  const auto denied = kinds.repository().compare({}, wanted, Deadline()).denied;
  REQUIRE(denied.size() == 1);
  CHECK(denied.front().path == "last/gone");
  CHECK(denied.front().error == EROFS);
}
