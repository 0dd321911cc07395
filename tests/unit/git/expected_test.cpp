// Of several commits that are asked for, which one is deployed.
#include <doctest/doctest.h>

#include "catching.hpp"
#include "git/repository.hpp"
#include "git/tree.hpp"

namespace nutricount {
namespace {
/// origin/main has five commits in a row; `gone` was pushed there once, and taken back.
struct Pushed : Tree {
  std::vector<std::string> on_branch{first, second};
  std::string gone;

  Pushed() {
    git({"reset", "-q", "--hard", second});
    for (const char* text : {"3", "4", "5"}) on_branch.push_back(commit("one", text));
    git({"update-ref", "refs/remotes/origin/main", on_branch.back()});
    git({"checkout", "-q", "-b", "other", second});
    gone = commit("one", "other");
    git({"checkout", "-q", "main"});
    git({"reset", "-q", "--hard", first});
  }

  /// What is deployed; nothing asked for is the branch's tip.
  [[nodiscard]] std::string chosen(const std::vector<std::string>& expected) const {
    git::Wanted wanted;
    wanted.expected = expected;
    return repository().compare(git::Remote(), wanted, Deadline()).to.id;
  }
};
const std::string kUnknown(40, 'a');
}  // namespace

TEST_CASE("the newest on the branch is chosen, in whatever order they were asked for") {
  const Pushed pushed;
  const auto& on = pushed.on_branch;
  CHECK(pushed.chosen({on[2]}) == on[2]);  // exactly, though the branch is further
  CHECK(pushed.chosen({on[1], on[3], on[2]}) == on[3]);
  CHECK(pushed.chosen({on[3], on[2], on[1]}) == on[3]);
  CHECK(pushed.chosen({on[2], on[3], on[3], on[2]}) == on[3]);
  CHECK(pushed.chosen({on[4], on[0]}) == on[4]);
  CHECK(pushed.chosen({on[0]}) == on[0]);
  CHECK(pushed.chosen({}) == on[4]);
}

TEST_CASE("commits that are not on the branch are passed over where one is") {
  const Pushed pushed;
  const auto& on = pushed.on_branch;
  CHECK(pushed.chosen({on[2], pushed.gone}) == on[2]);
  CHECK(pushed.chosen({pushed.gone, on[2]}) == on[2]);
  CHECK(pushed.chosen({kUnknown, on[3], pushed.gone, on[1], kUnknown}) == on[3]);
}

TEST_CASE("where none is on the branch nothing is chosen, and the newest is named") {
  const Pushed pushed;
  for (const auto& expected :
       std::vector<std::vector<std::string>>{{pushed.gone}, {kUnknown}, {kUnknown, pushed.gone}}) {
    const Error error = error_of([&] { static_cast<void>(pushed.chosen(expected)); });
    CHECK(error.status() == ExitStatus::kNo);
    CHECK(tells(error, "commit " + expected.back() + " is not on origin/main"));
  }
}

TEST_CASE("after a merge the commit that has the other one in it is the newer") {
  const Pushed pushed;
  pushed.git({"checkout", "-q", "-B", "merging", pushed.on_branch.back()});
  pushed.git({"merge", "-q", "--no-ff", "-X", "ours", "-m", "merge", pushed.gone});
  const std::string merge = pushed.git({"rev-parse", "HEAD"});
  pushed.git({"update-ref", "refs/remotes/origin/main", merge});
  pushed.git({"checkout", "-q", "main"});
  CHECK(pushed.chosen({merge, pushed.gone, pushed.on_branch[4]}) == merge);
  CHECK(pushed.chosen({pushed.on_branch[1], pushed.gone}) == pushed.gone);
}

}  // namespace nutricount
