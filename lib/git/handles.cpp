#include "git/handles.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/secret.hpp"

namespace nutricount::git {
namespace {
// While it lives, this process can open nothing.
class NothingToOpen {
 public:
  NothingToOpen() {
    getrlimit(RLIMIT_NOFILE, &usual_);
    const rlimit none{0, usual_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  NothingToOpen(const NothingToOpen&) = delete;
  NothingToOpen& operator=(const NothingToOpen&) = delete;
  ~NothingToOpen() { setrlimit(RLIMIT_NOFILE, &usual_); }

 private:
  rlimit usual_{};
};

// libgit2 decodes all of the system's certificates when it starts: two thirds of what a child
// costs, and only https needs them (`trust` in git/remote.hpp). It starts without them as well.
bool start_without_certificates() {
  const NothingToOpen meanwhile;
  return libgit2().libgit2_init() >= 0;
}
}  // namespace

Error error_of(const std::string& action, std::string hint) {
  const ::git_error* last = libgit2().error_last();
  const std::string said =
      last != nullptr && last->message != nullptr ? last->message : "no reason";
  if (hint.empty()) hint = "see what git says: git status, git fsck";
  return Error(fmt::format("{}: {}", action, redact_message(said)), std::move(hint));
}

void initialize() {
  if (!start_without_certificates()) ensure(libgit2().libgit2_init(), "cannot start libgit2");
  // The child process is the owner of the tree already.
  libgit2().libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

RepositoryHandle open(const std::string& directory) {
  initialize();
  RepositoryHandle repository;
  const int result = libgit2().repository_open_ext(Out(repository), directory.c_str(),
                                                   GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  if (result == 0) return repository;
  const Error cause = error_of(fmt::format("cannot open the repository {}", directory));
  const std::string what = cause.what();
  const auto extension = what.find("extensions.");
  throw usage_error(what, extension == std::string::npos
                              ? cause.hint()
                              : fmt::format("take it out, if nothing needs it: git -C {} config "
                                            "--unset {}; or clone it anew",
                                            directory, what.substr(extension)));
}

std::string to_hex(const git_oid& id) {
  std::string hex(GIT_OID_HEXSZ, '\0');
  libgit2().oid_fmt(hex.data(), &id);
  return hex;
}

CommitHandle commit_of(git_repository* repository, const std::string& id) {
  git_oid oid;
  ensure(libgit2().oid_fromstr(&oid, id.c_str()), fmt::format("\"{}\" is not a commit id", id));
  CommitHandle commit;
  ensure(libgit2().commit_lookup(Out(commit), repository, &oid),
         fmt::format("cannot read commit {}", id), "its objects are missing or damaged: git fsck");
  return commit;
}

TreeHandle tree_of(git_repository* repository, const std::string& id) {
  const CommitHandle commit = commit_of(repository, id);
  TreeHandle tree;
  ensure(libgit2().commit_tree(Out(tree), commit.get()),
         fmt::format("cannot read the tree of {}", id));
  return tree;
}

std::string head_id(git_repository* repository) {
  git_oid oid;
  ensure(libgit2().reference_name_to_id(&oid, repository, "HEAD"), "cannot read HEAD",
         "the repository has no commit, or a ref is damaged: git fsck");
  return to_hex(oid);
}

}  // namespace nutricount::git
