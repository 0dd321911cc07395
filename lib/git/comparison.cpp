#include "git/comparison.hpp"

#include <fmt/format.h>

#include <set>

#include "git/handles.hpp"

namespace nutricount::git {
namespace {
constexpr std::size_t kCommitsShown = 20;
constexpr std::size_t kFilesShown = 200;
constexpr git_object_size_t kFileLimit = 1U << 20U;

std::optional<std::string> content_at(git_tree* tree, const std::string& path) {
  TreeEntryHandle entry;
  if (libgit2().tree_entry_bypath(Out(entry), tree, path.c_str()) < 0) return std::nullopt;
  BlobHandle blob;
  if (libgit2().blob_lookup(Out(blob), libgit2().tree_owner(tree),
                            libgit2().tree_entry_id(entry.get())) < 0) {
    return std::nullopt;
  }
  if (libgit2().blob_rawsize(blob.get()) > kFileLimit) return std::nullopt;
  return std::string(static_cast<const char*>(libgit2().blob_rawcontent(blob.get())),
                     static_cast<std::size_t>(libgit2().blob_rawsize(blob.get())));
}

void list_commits(git_repository* repository, Comparison& comparison) {
  RevwalkHandle walk;
  ensure(libgit2().revwalk_new(Out(walk), repository), "cannot walk the history");
  libgit2().revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
  const std::string range = comparison.from.id + ".." + comparison.to.id;
  ensure(libgit2().revwalk_push_range(walk.get(), range.c_str()), "cannot walk " + range,
         "a shallow clone lacks history: git fetch --unshallow");
  git_oid id;
  while (libgit2().revwalk_next(&id, walk.get()) == 0) {
    if (comparison.commits.size() < kCommitsShown) {
      comparison.commits.push_back(describe(repository, to_hex(id)));
    }
    ++comparison.commit_count;
  }
}

std::set<std::string> list_files(git_repository* repository, git_tree* from, git_tree* to,
                                 Comparison& comparison) {
  DiffHandle diff;
  ensure(libgit2().diff_tree_to_tree(Out(diff), repository, from, to, nullptr),
         "cannot compare commits");
  const std::size_t count = libgit2().diff_num_deltas(diff.get());
  comparison.changed_file_count = count;
  std::set<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    const char* path = libgit2().diff_get_delta(diff.get(), i)->new_file.path;
    if (i < kFilesShown) comparison.changed_files.emplace_back(path);
    all.emplace(path);
  }
  return all;
}

// Tracked files that differ from HEAD, in the index or in the tree.
void add_changed(git_repository* repository, git_tree* head, std::set<std::string>& names) {
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_IGNORE_SUBMODULES;
  DiffHandle diff;
  ensure(libgit2().diff_tree_to_workdir_with_index(Out(diff), repository, head, &options),
         "cannot compare the working tree");
  for (std::size_t i = 0; i < libgit2().diff_num_deltas(diff.get()); ++i) {
    names.insert(libgit2().diff_get_delta(diff.get(), i)->new_file.path);
  }
}

// Files that `to` brings and that lie here untracked, with other content.
void add_untracked(git_repository* repository, git_tree* head, git_tree* to,
                   std::set<std::string>& names) {
  DiffHandle diff;
  ensure(libgit2().diff_tree_to_tree(Out(diff), repository, head, to, nullptr),
         "cannot compare commits");
  const std::string root = libgit2().repository_workdir(repository);
  for (std::size_t i = 0; i < libgit2().diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = libgit2().diff_get_delta(diff.get(), i);
    if (delta->status != GIT_DELTA_ADDED) continue;
    const std::string path = delta->new_file.path;
    git_oid here;
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(root + path, error))) continue;
    const bool same = libgit2().repository_hashfile(&here, repository, (root + path).c_str(),
                                                    GIT_OBJECT_BLOB, path.c_str()) == 0 &&
                      libgit2().oid_equal(&here, &delta->new_file.id) != 0;
    if (!same) names.insert(path);
  }
}

void add_denied(git_repository* repository, git_tree* to, const std::vector<std::string>& paths,
                const Wanted& wanted, Comparison& comparison) {
  comparison.denied = denied(repository, to, paths);
  if (!wanted.also_denied) return;
  for (auto& one : wanted.also_denied(paths)) comparison.denied.push_back(std::move(one));
}
}  // namespace

bool replace_damaged_index(git_repository* repository) {
  IndexHandle index;
  const std::string file = std::string(libgit2().repository_path(repository)) + "index";
  const int opened = libgit2().repository_index(Out(index), repository);
  const bool there = std::filesystem::exists(file);
  if (there && opened == 0 && libgit2().index_read(index.get(), 1) == 0) return false;
  const TreeHandle head = tree_of(repository, head_id(repository));
  IndexHandle fresh;
  ensure(libgit2().index_new(Out(fresh)), "cannot make an index");
  ensure(libgit2().index_read_tree(fresh.get(), head.get()), "cannot fill an index");
  ensure(libgit2().repository_set_index(repository, fresh.get()), "cannot use an index");
  return true;
}

Commit describe(git_repository* repository, const std::string& id) {
  const CommitHandle commit = commit_of(repository, id);
  const char* subject = libgit2().commit_summary(commit.get());
  const git_signature* author = libgit2().commit_author(commit.get());
  return {id, subject != nullptr ? subject : "", author != nullptr ? author->name : "",
          libgit2().commit_time(commit.get())};
}

std::vector<std::string> overwritten(git_repository* repository, const std::string& to) {
  const TreeHandle head = tree_of(repository, head_id(repository));
  const TreeHandle target = tree_of(repository, to);
  replace_damaged_index(repository);
  std::set<std::string> names;
  add_changed(repository, head.get(), names);
  add_untracked(repository, head.get(), target.get(), names);
  return {names.begin(), names.end()};
}

Comparison compare_with_head(git_repository* repository, const std::string& to,
                             const Wanted& wanted) {
  Comparison out;
  out.from = describe(repository, head_id(repository));
  out.to = describe(repository, to);
  ReferenceHandle head;
  if (libgit2().repository_head_detached(repository) == 0 &&
      libgit2().repository_head(Out(head), repository) == 0) {
    out.branch = libgit2().reference_shorthand(head.get());
  }
  const TreeHandle from_tree = tree_of(repository, out.from.id);
  const TreeHandle to_tree = tree_of(repository, to);
  for (const auto& path : wanted.files) {
    out.files.push_back({path, content_at(from_tree.get(), path), content_at(to_tree.get(), path)});
  }
  out.has_submodules = content_at(to_tree.get(), ".gitmodules").has_value();
  out.has_lfs_pointers = has_lfs_pointers(to_tree.get());
  out.to_is_ancestor = out.from.id == to;
  if (out.to_is_ancestor && !wanted.any_commit) return out;  // nothing will be deployed
  out.to_is_ancestor =
      out.to_is_ancestor ||
      libgit2().graph_descendant_of(repository,
                                    libgit2().commit_id(commit_of(repository, out.from.id).get()),
                                    libgit2().commit_id(commit_of(repository, to).get())) == 1;
  list_commits(repository, out);
  auto written = list_files(repository, from_tree.get(), to_tree.get(), out);
  out.overwritten = overwritten(repository, to);
  written.insert(out.overwritten.begin(), out.overwritten.end());
  add_denied(repository, to_tree.get(), {written.begin(), written.end()}, wanted, out);
  return out;
}

}  // namespace nutricount::git
