// libgit2's objects, freed by themselves, and its errors as ours.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "git/libgit2.hpp"

namespace nutricount::git {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    (libgit2().*Free)(object);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, FreeWith<Free>>;

using RepositoryHandle = Handle<git_repository, &Libgit2::repository_free>;
using RemoteHandle = Handle<git_remote, &Libgit2::remote_free>;
using CommitHandle = Handle<git_commit, &Libgit2::commit_free>;
using ObjectHandle = Handle<git_object, &Libgit2::object_free>;
using TreeHandle = Handle<git_tree, &Libgit2::tree_free>;
using TreeEntryHandle = Handle<git_tree_entry, &Libgit2::tree_entry_free>;
using OdbHandle = Handle<git_odb, &Libgit2::odb_free>;
using BlobHandle = Handle<git_blob, &Libgit2::blob_free>;
using ReferenceHandle = Handle<git_reference, &Libgit2::reference_free>;
using ReferenceIteratorHandle = Handle<git_reference_iterator, &Libgit2::reference_iterator_free>;
using RevwalkHandle = Handle<git_revwalk, &Libgit2::revwalk_free>;
using DiffHandle = Handle<git_diff, &Libgit2::diff_free>;
using IndexHandle = Handle<git_index, &Libgit2::index_free>;

/// The place for an out-parameter of libgit2; hands over to the handle when it goes, which is at
/// the end of the whole expression: the handle is used in a statement of its own.
template <typename H>
class Out {
 public:
  explicit Out(H& handle) : handle_(handle) {}
  ~Out() { handle_.reset(raw_); }
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  operator typename H::pointer *() { return &raw_; }  // NOLINT: that is what it is for

 private:
  H& handle_;
  typename H::pointer raw_ = nullptr;
};

/// "ACTION: what libgit2 says", for a result below 0.
[[nodiscard]] Error error_of(const std::string& action, std::string hint = {});
inline void ensure(int result, const std::string& action, std::string hint = {}) {
  if (result < 0) throw error_of(action, std::move(hint));
}

/// Initialises libgit2 for a child process, without certificates.
void initialize();
/// Initialises libgit2 and opens the repository.
[[nodiscard]] RepositoryHandle open(const std::string& directory);

[[nodiscard]] std::string to_hex(const git_oid& id);
[[nodiscard]] CommitHandle commit_of(git_repository* repository, const std::string& id);
[[nodiscard]] TreeHandle tree_of(git_repository* repository, const std::string& id);
/// The commit that HEAD names.
[[nodiscard]] std::string head_id(git_repository* repository);

}  // namespace nutricount::git
