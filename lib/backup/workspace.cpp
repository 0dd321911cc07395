#include "backup/workspace.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
// Not flushed: the order in which names change is the order in which they are on disk, and the next
// durable step takes it along.
void forget(const fs::path& path) {
  if (std::remove(path.c_str()) != 0 && errno != ENOENT) {
    throw system_error(fmt::format("cannot remove {}", path.string()));
  }
}

// An id, or nothing: what a damaged marker says must not become a path.
std::string id_at(const json& value, const char* key) {
  std::string id = value.value(key, "");
  return is_id(id) ? id : "";
}
}  // namespace

std::vector<std::string> Workspace::all_roots() const {
  auto roots = layout_.roots();
  if (layout_.kind == Kind::kData) roots.emplace_back("changes");
  return roots;
}

std::optional<Workspace::Marker> Workspace::marker() const {
  const auto text = os::read_file(layout_.marker(), 4096);
  if (!text) return std::nullopt;
  const json value = json::parse(*text, nullptr, false);
  if (!value.is_object()) return Marker{};
  return Marker{id_at(value, "makes"), id_at(value, "from"),
                value.contains("keep") && value["keep"] == true};
}

void Workspace::mark(const Marker& marker, const os::Owner& owner) const {
  const json value{{"makes", marker.makes}, {"from", marker.from}, {"keep", marker.keep}};
  os::write_durably(layout_.marker(), value.dump() + "\n", 0644, &owner);
}

std::set<std::string> Workspace::unlisted() const {
  std::set<std::string> ids;
  for (const auto& entry : fs::directory_iterator(layout_.directory)) {
    ids.insert(layout_.id_of_removing(entry.path().filename()));
  }
  const auto found = marker();
  if (!found) return ids;
  ids.insert(found->from);
  if (!os::look_at(layout_.manifest(found->makes))) ids.insert(found->makes);
  return ids;
}

bool Workspace::stands() const {
  for (const auto& root : all_roots()) {
    if (os::look_at(layout_.partial(root))) return true;
  }
  return false;
}

// Trees of an id, whichever of their names they have, become the partial ones.
void Workspace::gather(const std::string& id) const {
  if (id.empty()) return;
  for (const auto& root : all_roots()) {
    const fs::path tree = layout_.tree(root, id);
    if (!os::look_at(tree)) continue;
    if (os::look_at(layout_.partial(root))) {
      os::remove_tree(tree);
    } else {
      os::rename_file(tree, layout_.partial(root));
    }
  }
}

void Workspace::drop() const {
  for (const auto& root : all_roots()) os::remove_tree(layout_.partial(root));
  forget(layout_.known_manifest());
  forget(layout_.partial_manifest());
  forget(layout_.marker().string() + ".new");  // of a kill before it got its name
}

void Workspace::settle() const {
  std::vector<std::string> removing;
  for (const auto& entry : fs::directory_iterator(layout_.directory)) {
    removing.push_back(layout_.id_of_removing(entry.path().filename()));
  }
  for (const auto& id : removing) {
    if (!id.empty()) finish_removal(id);
  }
  const auto found = marker();
  if (!found) {
    drop();  // nobody says that they are worth keeping
    return;
  }
  const bool whole = !found->makes.empty() && os::look_at(layout_.manifest(found->makes));
  forget(layout_.known_manifest());
  forget(layout_.partial_manifest());
  if (!found->from.empty()) forget(layout_.manifest(found->from));
  if (!whole) gather(found->makes);
  gather(found->from);
  if (whole || !found->keep) {
    drop();
    forget(layout_.marker());
  } else if (!found->makes.empty() || !found->from.empty()) {
    mark({.keep = true}, os::owner_of(layout_.marker()));
  }
}

void Workspace::begin(const std::string& id, const std::string& old, const os::Owner& owner) const {
  if (stands()) {
    mark({.makes = id, .keep = true}, owner);
    return;
  }
  mark({.makes = id, .from = old, .keep = !old.empty()}, owner);
  if (old.empty()) return;
  if (os::look_at(layout_.manifest(old))) {
    os::rename_file(layout_.manifest(old), layout_.known_manifest());
  }
  gather(old);
}

void Workspace::recycle(const std::string& id, const os::Owner& owner) const {
  settle();
  mark({.from = id, .keep = true}, owner);
  settle();
}

// No byte is written: it works on a full disk.
void Workspace::remove(const std::string& id) const {
  os::rename_file(layout_.manifest(id), layout_.removing(id));
  os::sync_directory(layout_.directory);
  finish_removal(id);
}

void Workspace::finish_removal(const std::string& id) const {
  for (const auto& root : all_roots()) os::remove_tree(layout_.tree(root, id));
  forget(layout_.removing(id));
}

}  // namespace nutricount::backup
