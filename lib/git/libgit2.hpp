// libgit2, loaded when the first child is about to use it. Loading it with all that it needs takes
// as long as the rest of a start, and health and metrics ask nothing of git.
#pragma once

#include <git2.h>
#if __has_include(<git2/sys/errors.h>)  // since 1.9
#include <git2/sys/errors.h>
#endif
#include <git2/sys/repository.h>
#include <git2/sys/stream.h>

namespace nutricount::git {

// The functions that are used here, without their prefix.
// clang-format off
#define NUTRICOUNT_LIBGIT2(USE)                                                                    \
  USE(blob_free) USE(blob_lookup) USE(blob_rawcontent) USE(blob_rawsize) USE(checkout_tree)        \
  USE(clone) USE(commit_author) USE(commit_free) USE(commit_id) USE(commit_lookup)                 \
  USE(commit_summary) USE(commit_time) USE(commit_tree) USE(credential_ssh_key_new)                \
  USE(credential_username_new) USE(credential_userpass_plaintext_new) USE(diff_free)               \
  USE(diff_get_delta) USE(diff_num_deltas) USE(diff_tree_to_tree)                                  \
  USE(diff_tree_to_workdir_with_index) USE(error_last) USE(error_set_str)                          \
  USE(graph_descendant_of) USE(index_free) USE(index_new) USE(index_read) USE(index_read_tree)     \
  USE(index_write) USE(libgit2_init) USE(libgit2_opts) USE(object_free) USE(object_id)             \
  USE(object_lookup) USE(object_lookup_prefix) USE(object_peel) USE(object_type)                   \
  USE(object_type2string) USE(odb_free) USE(odb_read_header) USE(oid_equal) USE(oid_fmt)           \
  USE(oid_fromstr) USE(oid_fromstrn) USE(reference_create) USE(reference_foreach_glob)             \
  USE(reference_free) USE(reference_iterator_free) USE(reference_iterator_new)                     \
  USE(reference_lookup) USE(reference_name_to_id) USE(reference_next_name) USE(reference_peel)     \
  USE(reference_remove) USE(reference_resolve) USE(reference_shorthand)                            \
  USE(reference_symbolic_target) USE(reference_target) USE(remote_create) USE(remote_fetch)        \
  USE(remote_free) USE(remote_lookup) USE(remote_ls) USE(remote_url) USE(repository_commondir)     \
  USE(repository_free) USE(repository_hashfile) USE(repository_head)                               \
  USE(repository_head_detached) USE(repository_index) USE(repository_odb)                          \
  USE(repository_open_ext) USE(repository_path) USE(repository_set_index)                          \
  USE(repository_workdir) USE(reset) USE(revwalk_free) USE(revwalk_new) USE(revwalk_next)          \
  USE(revwalk_push_range) USE(revwalk_sorting) USE(stream_register) USE(submodule_foreach)         \
  USE(submodule_owner) USE(submodule_path) USE(submodule_update) USE(tree_entry_bypath)            \
  USE(tree_entry_filemode_raw) USE(tree_entry_free) USE(tree_entry_id) USE(tree_entry_name)        \
  USE(tree_entry_type) USE(tree_free) USE(tree_owner) USE(tree_walk)
// clang-format on

struct Libgit2 {
#define NUTRICOUNT_MEMBER(name) decltype(&git_##name) name;  // NOLINT(bugprone-macro-parentheses)
  NUTRICOUNT_LIBGIT2(NUTRICOUNT_MEMBER)
#undef NUTRICOUNT_MEMBER
};

/// Loads it at the first call, in the version that this was built with. Throws Error where it is
/// not installed.
[[nodiscard]] const Libgit2& libgit2();

}  // namespace nutricount::git
