#include <doctest/doctest.h>

#include <filesystem>

#include "git/repository.hpp"
#include "git/tree.hpp"
#include "os/command.hpp"
#include "os/owner.hpp"
#include "scratch.hpp"

using namespace nutricount;
namespace fs = std::filesystem;

TEST_CASE("a reset is what git's is, and is cheap to repeat") {
  const Tree tree;
  CHECK(tree.repository().reset_hard(tree.second, Deadline()) == 2);
  CHECK(tree.git({"rev-parse", "main"}) == tree.second);
  CHECK(tree.git({"status", "--porcelain"}).empty());
  CHECK(tree.repository().reset_hard(tree.second, Deadline()) == 0);
  tree.repository().reset_hard(tree.first, Deadline());
  CHECK_FALSE(fs::exists(tree.root / "gone.txt"));
}

TEST_CASE("a corrupt index is made anew") {
  const Tree tree;
  tree.write(".git/index", "not an index");
  tree.repository().reset_hard(tree.second, Deadline());
  CHECK(tree.read("one") == "2");
  CHECK(tree.git({"status", "--porcelain"}).empty());
}

TEST_CASE("what a reset would overwrite is named, whatever way it was changed") {
  const Tree tree;
  CHECK(tree.repository().overwritten_by(tree.second, Deadline()).empty());
  tree.write("one", "by hand");
  tree.write("gone.txt", "untracked here, tracked there");
  tree.write("mine.txt", "untracked in both");
  const std::vector<std::string> both{"gone.txt", "one"};
  CHECK(tree.repository().overwritten_by(tree.second, Deadline()) == both);
  tree.git({"add", "one"});
  CHECK(tree.repository().overwritten_by(tree.second, Deadline()) == both);
  fs::remove(tree.root / "one");
  CHECK(tree.repository().overwritten_by(tree.second, Deadline()) == both);
}

TEST_CASE("a file that nobody has a copy of stops the reset before it changes anything") {
  const Tree tree;
  const std::vector<std::string> kept{"gone.txt"};
  tree.write("one", "by hand");
  CHECK_THROWS_WITH_AS(
      static_cast<void>(tree.repository().reset_hard(tree.second, Deadline(), {.kept = &kept})),
      "one was changed while the update ran", Error);
  CHECK(tree.read("one") == "by hand");
  CHECK(tree.git({"rev-parse", "HEAD"}) == tree.first);
}

TEST_CASE("the files of a commit are written elsewhere, and HEAD stays") {
  const Tree tree;
  const fs::path elsewhere = tree.root / "elsewhere";
  fs::create_directory(elsewhere);
  tree.repository().export_tree(tree.second, elsewhere, Deadline());
  CHECK(fs::exists(elsewhere / "gone.txt"));
  CHECK(tree.git({"rev-parse", "HEAD"}) == tree.first);
  CHECK(tree.read("one") == "1");
}

TEST_CASE("the commits that are protected survive git's clean-up, and no others") {
  const Tree tree;
  const std::string missing(40, 'a');
  tree.repository().protect({tree.second, missing}, Deadline());
  tree.git({"reflog", "expire", "--expire=now", "--all"});
  tree.git({"gc", "-q", "--prune=now"});
  CHECK(tree.git({"cat-file", "-t", tree.second}) == "commit");
  tree.repository().protect({tree.first}, Deadline());
  CHECK(tree.git({"for-each-ref", "--format=%(refname)", "refs/nutricount-deploy"}) ==
        "refs/nutricount-deploy/" + tree.first);
}
