// The application's git repository, through libgit2. Every call runs in a child process that is the
// repository's owner and is killed at the deadline: libgit2 knows neither time-outs nor "not as
// root". Nothing here changes the working tree but `clone` and `reset_hard`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "os/access.hpp"
#include "os/child.hpp"

namespace nutricount::git {

struct Remote {
  std::string name = "origin";
  std::string branch = "main";
  std::string url;                   ///< for `clone`; a fetch uses the repository's own remote
  std::filesystem::path ca_file;     ///< PEM, added to the system's certificates
  std::filesystem::path token_file;  ///< https token; read here, refused unless mode 0600 or less
  std::filesystem::path ssh_key;     ///< private key; empty: the owner's id_ed25519, then id_ecdsa
};

struct Commit {
  std::string id;  ///< 40 hex digits
  std::string subject;
  std::string author;
  std::int64_t time = 0;  ///< committer time, seconds since the epoch
};

/// Progress of a transfer; totals are 0 while unknown.
struct Transfer {
  std::uint64_t objects = 0;
  std::uint64_t total_objects = 0;
  std::uint64_t bytes = 0;
};
using OnTransfer = std::function<void(const Transfer&)>;

/// What shall be deployed.
struct Wanted {
  std::string revision;  ///< --to: commit (abbreviated too), tag or branch; empty: the branch's tip
  /// --expect: exactly this commit, 40 hex digits; of several, the newest that is on the branch.
  std::vector<std::string> expected;
  std::string commit;       ///< exactly this one, which is here already: no remote ref is looked at
  bool any_commit = false;  ///< --force: also one that no remote ref reaches
  std::vector<std::string> files;  ///< paths whose content before and after is asked for
  /// Asked, in the child, as the owner, what else could not be written when these paths change.
  std::function<std::vector<os::Denied>(const std::vector<std::string>&)> also_denied;
};

/// What happens before a reset writes its first file; whatever throws here leaves all as it was.
struct BeforeReset {
  /// Where given: throws if files that are not in it would be overwritten (see overwritten_by).
  const std::vector<std::string>* kept = nullptr;
  /// Called with the paths that will differ, in the child, as the owner.
  std::function<void(const std::vector<std::string>&)> prepare;
};

/// A file's content at two commits.
struct FileVersions {
  std::string path;
  std::optional<std::string> from;  ///< nothing where the commit does not have it
  std::optional<std::string> to;
};

/// How HEAD and the wanted commit relate, and what going there means.
struct Comparison {
  Commit from;
  Commit to;
  std::string branch;              ///< the branch that HEAD is on; empty when detached
  bool to_is_ancestor = false;     ///< `to` is in the history of `from` (or is `from`)
  std::uint64_t commit_count = 0;  ///< in from..to
  std::vector<Commit> commits;     ///< the newest of them, at most 20
  std::uint64_t changed_file_count = 0;
  std::vector<std::string> changed_files;  ///< at most 200
  /// What `reset_hard` to `to` would overwrite or delete though no commit has it: files that git
  /// tracks and that were changed here (also staged), and untracked files that `to` brings. Paths
  /// relative to the tree; a deleted tracked file is listed too.
  std::vector<std::string> overwritten;
  std::vector<os::Denied> denied;   ///< what `reset_hard` to `to` needs to write and may not
  std::vector<FileVersions> files;  ///< as asked for in Wanted::files, contents up to 1 MiB
  bool has_submodules = false;      ///< `to` has a .gitmodules with entries
  bool has_lfs_pointers = false;    ///< `to` has LFS pointer files
  Transfer transfer;                ///< what a fetch brought
};

/// A lock file that another git process may hold, or may have left behind.
struct LeftOver {
  std::filesystem::path path;
  std::optional<pid_t> holder;  ///< a live process that has it open, or a git process in the tree
};

class Repository {
 public:
  /// The repository whose working tree is exactly `directory`. Nothing is opened yet.
  Repository(std::filesystem::path directory, os::Owner owner)
      : directory_(std::move(directory)), owner_(std::move(owner)) {}

  /// Clones the branch into `directory`, which must not exist or be empty; on any failure what was
  /// made is removed again. Parent directories are not made.
  static Repository clone(const std::filesystem::path& directory, const os::Owner& owner,
                          const Remote& remote, const Deadline& deadline,
                          const OnTransfer& on_transfer);

  /// Refuses, with exit status 2, what cannot be deployed from: not a repository, part of another
  /// one, a bare or SHA-256 one, a shallow or partial clone, a missing remote, no commit yet, an
  /// empty or damaged loose ref (named). No child process is needed for what the file system shows.
  void check(const Remote& remote) const;

  /// index.lock, HEAD.lock, refs/**/*.lock, config.lock, packed-refs.lock, shallow.lock.
  [[nodiscard]] std::vector<LeftOver> locks() const;
  /// Removes left-over locks (those without a holder) and pack_git2_* / tmp_pack_* files of fetches
  /// that were killed. Returns what was removed.
  std::vector<std::filesystem::path> sweep() const;

  /// Fetches the branch (and tags that come with it, and what `wanted` needs) and compares, in one
  /// child. Prunes nothing. Throws with the remote's address (credentials removed) and a hint by
  /// kind of failure: unreachable, silent, authentication, unknown host key, certificate, no such
  /// branch, revision not found or not reachable.
  [[nodiscard]] Comparison fetch(const Remote& remote, const Wanted& wanted,
                                 const Deadline& deadline, const OnTransfer& on_transfer) const;
  /// As fetch, without the network.
  [[nodiscard]] Comparison compare(const Remote& remote, const Wanted& wanted,
                                   const Deadline& deadline) const;

  /// The commit that HEAD names.
  [[nodiscard]] Commit head(const Deadline& deadline) const;

  /// What Comparison::overwritten says, as the tree is now.
  [[nodiscard]] std::vector<std::string> overwritten_by(const std::string& commit,
                                                        const Deadline& deadline) const;

  /// Working tree, index and current branch (or detached HEAD) become `commit`, as
  /// `git reset --hard` and, where `commit` has submodules, `git submodule update --init
  /// --recursive` do. Untracked files stay. Safe to repeat after a kill at any instant: a corrupt
  /// index is rebuilt. Returns the number of files that changed.
  std::uint64_t reset_hard(const std::string& commit, const Deadline& deadline,
                           const BeforeReset& before = {}) const;

  /// Writes the tree of a commit into an existing empty directory; index and HEAD stay as they are.
  void export_tree(const std::string& commit, const std::filesystem::path& destination,
                   const Deadline& deadline) const;

  /// Keeps these commits, and no others, from git's garbage collection, whatever becomes of the
  /// branch: refs/nutricount-deploy/COMMIT. One that is not here is passed over.
  void protect(const std::set<std::string>& commits, const Deadline& deadline) const;

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] const os::Owner& owner() const { return owner_; }

 private:
  using Work = std::function<std::string(const os::Report&)>;
  using OnProgress = std::function<void(std::string_view)>;
  /// Does the work as the tree's owner, in a child that is killed at the deadline.
  std::string in_child(const Deadline& deadline, const Work& work,
                       const OnProgress& on_progress = {}) const;
  std::filesystem::path directory_;
  os::Owner owner_;
};

}  // namespace nutricount::git
