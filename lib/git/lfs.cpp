// Git LFS keeps files elsewhere; libgit2 would write the pointers that stand for them.
#include <string_view>

#include "git/comparison.hpp"
#include "git/handles.hpp"

namespace nutricount::git {
namespace {
constexpr git_object_size_t kLongestPointer = 1024;  // the specification's own limit
constexpr int kEndOfWalk = -1;

struct Search {
  git_repository* repository;
  OdbHandle objects;
  bool found = false;
};

std::string_view content_of(git_blob* blob) {
  return {static_cast<const char*>(libgit2().blob_rawcontent(blob)),
          static_cast<std::size_t>(libgit2().blob_rawsize(blob))};
}

int find_attribute(const char* /*directory*/, const git_tree_entry* entry, void* payload) {
  auto& search = *static_cast<Search*>(payload);
  if (std::string_view(libgit2().tree_entry_name(entry)) != ".gitattributes") return 0;
  BlobHandle blob;
  if (libgit2().blob_lookup(Out(blob), search.repository, libgit2().tree_entry_id(entry)) < 0)
    return 0;
  search.found = content_of(blob.get()).find("filter=lfs") != std::string_view::npos;
  return search.found ? kEndOfWalk : 0;
}

int find_pointer(const char* /*directory*/, const git_tree_entry* entry, void* payload) {
  auto& search = *static_cast<Search*>(payload);
  if (libgit2().tree_entry_type(entry) != GIT_OBJECT_BLOB) return 0;
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  const git_oid* id = libgit2().tree_entry_id(entry);
  if (libgit2().odb_read_header(&size, &type, search.objects.get(), id) < 0) return 0;
  BlobHandle blob;
  if (size > kLongestPointer || libgit2().blob_lookup(Out(blob), search.repository, id) < 0)
    return 0;
  search.found = content_of(blob.get()).starts_with("version https://git-lfs.github.com/spec/");
  return search.found ? kEndOfWalk : 0;
}
}  // namespace

bool has_lfs_pointers(git_tree* tree) {
  Search search{.repository = libgit2().tree_owner(tree), .objects = {}};
  libgit2().tree_walk(tree, GIT_TREEWALK_PRE, find_attribute, &search);
  if (!search.found) return false;  // spares looking at every file
  search.found = false;
  ensure(libgit2().repository_odb(Out(search.objects), search.repository),
         "cannot open the objects");
  libgit2().tree_walk(tree, GIT_TREEWALK_PRE, find_pointer, &search);
  return search.found;
}

}  // namespace nutricount::git
