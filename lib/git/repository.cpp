#include "git/repository.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "base/secret.hpp"
#include "git/comparison.hpp"
#include "git/configured_url.hpp"
#include "git/handles.hpp"
#include "git/remote.hpp"
#include "os/file.hpp"

namespace nutricount::git {
namespace fs = std::filesystem;
namespace {

RemoteHandle remote_of(git_repository* repository, const Remote& remote) {
  RemoteHandle handle;
  ensure(libgit2().remote_lookup(Out(handle), repository, remote.name.c_str()),
         fmt::format("cannot find the remote \"{}\"", remote.name),
         fmt::format("give it an address: git -C {} remote set-url {} URL",
                     libgit2().repository_workdir(repository), remote.name));
  return handle;
}

// What was fetched before stays: without this, a branch that is gone looks like nothing new.
void check_branch(git_remote* handle, const Remote& remote) {
  constexpr std::string_view kBranches = "refs/heads/";
  constexpr std::size_t kShown = 8;
  const git_remote_head** heads = nullptr;
  std::size_t count = 0;
  ensure(libgit2().remote_ls(&heads, &count, handle), "cannot list the remote's branches");
  std::vector<std::string> names;
  for (const auto* head : std::span(heads, count)) {
    const std::string_view name(head->name);
    if (name.starts_with(kBranches)) names.emplace_back(name.substr(kBranches.size()));
  }
  if (std::find(names.begin(), names.end(), remote.branch) != names.end()) return;
  const std::string url = redact_url(libgit2().remote_url(handle));
  if (names.empty()) {
    throw usage_error(fmt::format("{} has no branch \"{}\": it is empty", url, remote.branch),
                      "push the branch there first");
  }
  names.resize(std::min(names.size(), kShown));
  throw usage_error(fmt::format("{} has no branch \"{}\"", url, remote.branch),
                    fmt::format("set source.branch to one of: {}", fmt::join(names, ", ")));
}

void fetch_branch(git_remote* handle, const Remote& remote, const Wanted& wanted,
                  Connection& connection) {
  git_fetch_options options = fetch_options(connection);
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_AUTO;
  // Only the branch, unless another revision is asked for: that may be on any branch, or a tag.
  std::string branch =
      fmt::format("+refs/heads/{0}:refs/remotes/{1}/{0}", remote.branch, remote.name);
  std::string all = fmt::format("+refs/heads/*:refs/remotes/{}/*", remote.name);
  if (!wanted.revision.empty()) options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_ALL;
  char* specs[] = {wanted.revision.empty() ? branch.data() : all.data()};
  const git_strarray refspecs{specs, 1};
  const int result = libgit2().remote_fetch(handle, &refspecs, &options, nullptr);
  if (result < 0) throw transfer_error(connection, libgit2().remote_url(handle), result);
  check_branch(handle, remote);
}

constexpr std::string_view kOurs = "refs/nutricount-deploy/";

std::vector<std::string> refs_of_ours(git_repository* repository) {
  std::vector<std::string> names;
  const auto add = [](const char* name, void* payload) {
    static_cast<std::vector<std::string>*>(payload)->emplace_back(name);
    return 0;
  };
  ensure(libgit2().reference_foreach_glob(repository, "refs/nutricount-deploy/*", add, &names),
         "cannot list refs");
  return names;
}

void protect_one(git_repository* repository, const std::string& commit) {
  git_oid id;
  CommitHandle found;
  if (libgit2().oid_fromstr(&id, commit.c_str()) != 0 ||
      libgit2().commit_lookup(Out(found), repository, &id) != 0) {
    return;
  }
  const std::string ref = std::string(kOurs) + commit;
  ReferenceHandle reference;
  if (libgit2().reference_lookup(Out(reference), repository, ref.c_str()) == 0) return;
  ensure(libgit2().reference_create(Out(reference), repository, ref.c_str(), &id, 1,
                                    "nutricount-deploy"),
         fmt::format("cannot write {}", ref));
}

/// A deadline says nothing of the remote: this does.
Error silent(const std::string& url, const Deadline& deadline) {
  const Error cause = os::timed_out(fmt::format("fetching from {}", redact_url(url)), deadline);
  return Error(cause.what(),
               "the application was not touched; check the network, or raise update.timeout");
}
}  // namespace

Repository Repository::clone(const fs::path& directory, const os::Owner& owner,
                             const Remote& remote, const Deadline& deadline,
                             const OnTransfer& on_transfer) {
  Repository made(directory, owner);
  const auto work = [&](const os::Report& report) {
    initialize();
    const auto connection = connect(remote, remote.url, owner, report);
    git_clone_options options = GIT_CLONE_OPTIONS_INIT;
    options.fetch_opts = fetch_options(*connection);
    options.checkout_branch = remote.branch.c_str();
    options.remote_cb_payload = const_cast<char*>(remote.name.c_str());
    options.remote_cb = [](git_remote** out, git_repository* repository, const char* /*name*/,
                           const char* url, void* payload) {
      return libgit2().remote_create(out, repository, static_cast<const char*>(payload), url);
    };
    RepositoryHandle repository;
    const int result =
        libgit2().clone(Out(repository), remote.url.c_str(), directory.c_str(), &options);
    if (result < 0) {
      std::error_code ignored;
      fs::remove_all(directory, ignored);
      throw transfer_error(*connection, remote.url, result);
    }
    os::sync_file_system(directory);
    return std::string();
  };
  try {
    made.in_child(deadline, work, transfer_reader(on_transfer));
  } catch (const Error&) {
    if (deadline.passed()) throw silent(remote.url, deadline);
    throw;
  }
  return made;
}

std::string Repository::in_child(const Deadline& deadline, const Work& work,
                                 const OnProgress& on_progress) const {
  static_cast<void>(libgit2());  // loaded once, not by every child
  return os::run_in_child({.owner = owner_, .deadline = deadline}, work, on_progress);
}

Comparison Repository::fetch(const Remote& remote, const Wanted& wanted, const Deadline& deadline,
                             const OnTransfer& on_transfer) const {
  const auto work = [&](const os::Report& report) {
    const auto repository = open(directory_);
    const RemoteHandle handle = remote_of(repository.get(), remote);
    const auto connection = connect(remote, libgit2().remote_url(handle.get()), owner_, report);
    fetch_branch(handle.get(), remote, wanted, *connection);
    const std::string to = resolve(repository.get(), remote, wanted);
    Comparison comparison = compare_with_head(repository.get(), to, wanted);
    comparison.transfer = connection->transfer;
    return to_text(comparison);
  };
  try {
    return from_text(in_child(deadline, work, transfer_reader(on_transfer)));
  } catch (const Error&) {
    if (!deadline.passed()) throw;
    const auto config = os::read_file(directory_ / ".git/config", 1U << 20U).value_or("");
    throw silent(configured_url(config, remote.name), deadline);
  }
}

Comparison Repository::compare(const Remote& remote, const Wanted& wanted,
                               const Deadline& deadline) const {
  return from_text(in_child(deadline, [&](const os::Report&) {
    const auto repository = open(directory_);
    const std::string to = resolve(repository.get(), remote, wanted);
    return to_text(compare_with_head(repository.get(), to, wanted));
  }));
}

Commit Repository::head(const Deadline& deadline) const {
  Comparison found = from_text(in_child(deadline, [&](const os::Report&) {
    const auto repository = open(directory_);
    Comparison comparison;
    comparison.from = describe(repository.get(), head_id(repository.get()));
    return to_text(comparison);
  }));
  return std::move(found.from);
}

std::vector<std::string> Repository::overwritten_by(const std::string& commit,
                                                    const Deadline& deadline) const {
  Comparison found = from_text(in_child(deadline, [&](const os::Report&) {
    const auto repository = open(directory_);
    Comparison comparison;
    comparison.overwritten = overwritten(repository.get(), commit);
    return to_text(comparison);
  }));
  return std::move(found.overwritten);
}

void Repository::export_tree(const std::string& commit, const fs::path& destination,
                             const Deadline& deadline) const {
  in_child(deadline, [&](const os::Report&) {
    const auto repository = open(directory_);
    const TreeHandle tree = tree_of(repository.get(), commit);
    git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
    options.checkout_strategy =
        GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DONT_UPDATE_INDEX | GIT_CHECKOUT_RECREATE_MISSING;
    const std::string target = destination.string();
    options.target_directory = target.c_str();
    // Against an empty baseline: every file is new there.
    ensure(libgit2().checkout_tree(repository.get(), reinterpret_cast<git_object*>(tree.get()),
                                   &options),
           fmt::format("cannot write the files of {} to {}", commit, target));
    return std::string();
  });
}

void Repository::protect(const std::set<std::string>& commits, const Deadline& deadline) const {
  in_child(deadline, [&](const os::Report&) {
    const auto repository = open(directory_);
    for (const auto& commit : commits) protect_one(repository.get(), commit);
    for (const auto& ref : refs_of_ours(repository.get())) {
      if (!commits.contains(ref.substr(kOurs.size()))) {
        ensure(libgit2().reference_remove(repository.get(), ref.c_str()),
               fmt::format("cannot remove {}", ref));
      }
    }
    return std::string();
  });
}

}  // namespace nutricount::git
