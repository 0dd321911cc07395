// Which commit is meant: only what the remote knows by a name, or an id. git's own way to write
// revisions (HEAD~1, @{-1}, a..b) would name something of this clone.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "git/comparison.hpp"
#include "git/handles.hpp"

namespace nutricount::git {
namespace {
constexpr const char* kNames = "name a commit, a tag or a branch of the remote";

bool reachable(git_repository* repository, const std::string& id) {
  git_oid wanted;
  ensure(libgit2().oid_fromstr(&wanted, id.c_str()), "not a commit id");
  ReferenceIteratorHandle iterator;
  ensure(libgit2().reference_iterator_new(Out(iterator), repository), "cannot list the refs");
  const char* name = nullptr;
  while (libgit2().reference_next_name(&name, iterator.get()) == 0) {
    const std::string_view ref(name);
    if (!ref.starts_with("refs/remotes/") && !ref.starts_with("refs/tags/")) continue;
    ReferenceHandle reference;
    ObjectHandle object;
    if (libgit2().reference_lookup(Out(reference), repository, name) < 0) continue;
    if (libgit2().reference_peel(Out(object), reference.get(), GIT_OBJECT_COMMIT) < 0) continue;
    const git_oid* tip = libgit2().object_id(object.get());
    if (libgit2().oid_equal(tip, &wanted) != 0 ||
        libgit2().graph_descendant_of(repository, tip, &wanted) == 1) {
      return true;
    }
  }
  return false;
}

std::string commit_in(git_object* object, const std::string& revision) {
  ObjectHandle commit;
  if (libgit2().object_peel(Out(commit), object, GIT_OBJECT_COMMIT) == 0) {
    return to_hex(*libgit2().object_id(commit.get()));
  }
  ObjectHandle inner;  // of a tag
  git_object_t type = libgit2().object_type(object);
  if (libgit2().object_peel(Out(inner), object, GIT_OBJECT_ANY) == 0)
    type = libgit2().object_type(inner.get());
  throw usage_error(
      fmt::format("\"{}\" is a {}, not a commit", revision, libgit2().object_type2string(type)),
      kNames);
}

/// The commit that the ref stands for; empty where there is no such ref.
std::string commit_at(git_repository* repository, const std::string& ref,
                      const std::string& revision) {
  ReferenceHandle reference;
  if (libgit2().reference_lookup(Out(reference), repository, ref.c_str()) < 0) return {};
  ReferenceHandle direct;
  ensure(libgit2().reference_resolve(Out(direct), reference.get()),
         fmt::format("cannot read {}", ref));
  ObjectHandle object;
  ensure(libgit2().object_lookup(Out(object), repository, libgit2().reference_target(direct.get()),
                                 GIT_OBJECT_ANY),
         fmt::format("cannot read {}", ref), "its objects are missing or damaged: git fsck");
  return commit_in(object.get(), revision);
}

std::string commit_by_id(git_repository* repository, const std::string& revision) {
  const bool hex = std::all_of(revision.begin(), revision.end(),
                               [](unsigned char c) { return std::isxdigit(c) != 0; });
  git_oid id;
  if (!hex || revision.size() < GIT_OID_MINPREFIXLEN || revision.size() > GIT_OID_HEXSZ ||
      libgit2().oid_fromstrn(&id, revision.c_str(), revision.size()) < 0) {
    return {};
  }
  ObjectHandle object;
  const int found =
      libgit2().object_lookup_prefix(Out(object), repository, &id, revision.size(), GIT_OBJECT_ANY);
  if (found == GIT_EAMBIGUOUS) {
    throw usage_error(fmt::format("\"{}\" is ambiguous: several ids begin with it", revision),
                      "give more digits: git rev-parse REVISION has all 40");
  }
  return found < 0 ? std::string() : commit_in(object.get(), revision);
}

std::string commit_named(git_repository* repository, const Remote& remote,
                         const std::string& revision) {
  const std::string prefixes[] = {fmt::format("refs/remotes/{}/", remote.name), "refs/tags/",
                                  "refs/remotes/"};
  for (const auto& prefix : prefixes) {
    if (auto id = commit_at(repository, prefix + revision, revision); !id.empty()) return id;
  }
  return commit_by_id(repository, revision);
}

bool is_on(git_repository* repository, const std::string& tip, const std::string& commit) {
  git_oid tip_id;
  git_oid id;
  ensure(libgit2().oid_fromstr(&tip_id, tip.c_str()), "not a commit id");
  ensure(libgit2().oid_fromstr(&id, commit.c_str()), "not a commit id");
  return tip == commit || libgit2().graph_descendant_of(repository, &tip_id, &id) == 1;
}

std::string newest_of(git_repository* repository, const std::string& tip,
                      const std::vector<std::string>& expected, const std::string& branch) {
  std::string newest;
  for (const auto& one : expected) {
    if (!is_on(repository, tip, one)) continue;
    if (newest.empty() || is_on(repository, one, newest)) newest = one;
  }
  if (!newest.empty()) return newest;
  throw Error(fmt::format("commit {} is not on {}", expected.back(), branch),
              "push it there first, or deploy another commit");
}
}  // namespace

std::string resolve(git_repository* repository, const Remote& remote, const Wanted& wanted) {
  if (!wanted.commit.empty()) {
    if (commit_by_id(repository, wanted.commit) == wanted.commit) return wanted.commit;
    throw Error(fmt::format("commit {} is not in the repository any more", wanted.commit),
                fmt::format("fetch it: git -C {} fetch {} {}",
                            libgit2().repository_workdir(repository), remote.name, wanted.commit));
  }
  const std::string branch = fmt::format("{}/{}", remote.name, remote.branch);
  std::string tip = commit_at(repository, "refs/remotes/" + branch, branch);
  if (tip.empty()) {
    throw usage_error(fmt::format("{} has no branch \"{}\"", remote.name, remote.branch),
                      "set source.branch to one of: git branch -r");
  }
  if (!wanted.expected.empty()) return newest_of(repository, tip, wanted.expected, branch);
  if (wanted.revision.empty()) return tip;
  std::string id = commit_named(repository, remote, wanted.revision);
  if (id.empty()) {
    throw usage_error(
        fmt::format("{} has no commit, tag or branch \"{}\"", remote.name, wanted.revision),
        "see git ls-remote, and give at least four digits of a commit");
  }
  if (!wanted.any_commit && !reachable(repository, id)) {
    throw usage_error(fmt::format("commit {} is on no branch or tag of {}", id, remote.name),
                      "push it first, or deploy it all the same with --force");
  }
  return id;
}

}  // namespace nutricount::git
