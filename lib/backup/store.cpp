#include "backup/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "backup/changes.hpp"
#include "backup/manifest.hpp"
#include "backup/workspace.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  if (!os::look_at(directory)) return names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

/// "data.20251024_200000.restoring", ".compare.20251024_200000.removing"
bool is_interrupted(const std::string& name) {
  constexpr std::size_t kIdLength = 15;
  const auto dot = name.rfind('.');
  if (dot == std::string::npos || dot < kIdLength) return false;
  const std::string suffix = name.substr(dot);
  return (suffix == ".restoring" || suffix == ".removing") &&
         is_id(name.substr(dot - kIdLength, kIdLength));
}

/// Local time of an id, for backups without a manifest.
Timestamp time_of_id(const std::string& id) {
  std::tm tm{};
  tm.tm_isdst = -1;
  if (strptime(id.c_str(), "%Y%m%d_%H%M%S", &tm) == nullptr) return Timestamp{};
  return Timestamp(std::chrono::seconds(std::mktime(&tm)));
}

void fill_in(const Layout& layout, Listed& listed) {
  listed.kind = layout.kind;
  listed.time = time_of_id(listed.id);
  std::optional<std::pair<Header, Summary>> found;
  try {
    found = read_summary(layout.manifest(listed.id));
  } catch (const Error&) {
    return;  // listed, as unverified
  }
  if (!found || found->first.id != listed.id) return;
  listed.verified = true;
  listed.time = found->first.time;
  listed.commit = found->first.commit;
  listed.files = found->second.files;
  listed.bytes = found->second.bytes;
  listed.skipped = found->second.skipped;
}
}  // namespace

std::vector<Listed> Store::list() const {
  if (!os::look_at(layout_.directory)) return {};
  const auto unlisted = Workspace(layout_).unlisted();
  std::map<std::string, Listed> found;
  for (const auto& name : names_in(layout_.directory)) {
    const std::string id = layout_.id_of_tree(name);
    if (id.empty() || unlisted.contains(id)) continue;
    found[id].id = id;
    found[id].paths.push_back(layout_.directory / name);
  }
  std::vector<Listed> listed;
  for (auto& [id, one] : found) {
    std::sort(one.paths.begin(), one.paths.end());
    fill_in(layout_, one);
    listed.push_back(std::move(one));
  }
  std::stable_sort(listed.begin(), listed.end(),
                   [](const Listed& a, const Listed& b) { return a.time < b.time; });
  return listed;
}

void Store::sweep() const {
  if (!os::look_at(layout_.directory)) return;
  Workspace(layout_).settle();
  for (const auto& name : names_in(layout_.directory)) {
    if (is_interrupted(name)) os::remove_tree(layout_.directory / name);
  }
}

std::vector<std::string> Store::expiring(std::size_t keep,
                                         const std::set<std::string>& kept) const {
  auto listed = list();
  std::erase_if(listed, [](const Listed& one) { return !one.verified; });
  std::vector<std::string> ids;
  std::size_t left = listed.size();
  for (const auto& one : listed) {
    if (left <= keep) break;
    if (kept.contains(one.id)) continue;
    ids.push_back(one.id);
    --left;
  }
  return ids;
}

std::string Store::due(std::size_t keep, const std::set<std::string>& kept) const {
  if (keep == 0 || Workspace(layout_).stands()) return {};
  const auto ids = expiring(keep - 1, kept);
  return ids.empty() ? "" : ids.front();
}

void Store::remove(const std::string& id) const {
  if (os::look_at(layout_.manifest(id))) Workspace(layout_).remove(id);
}

void Store::recycle(const std::string& id) const {
  if (!os::look_at(layout_.manifest(id))) return;
  Workspace(layout_).recycle(id, os::owner_of(layout_.directory));
}

void Store::restore_changes(const std::string& id) const {
  const auto found = read_summary(layout_.manifest(id));
  if (!found) return;
  backup::restore_changes(layout_.source, layout_.tree("changes", id),
                          {found->second.changes, found->second.deleted});
}

}  // namespace nutricount::backup
