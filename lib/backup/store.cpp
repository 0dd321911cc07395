#include "backup/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "backup/copy_file.hpp"
#include "backup/manifest.hpp"
#include "backup/tree.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
constexpr std::string_view kChanges = "changes";

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

/// "data.backup.20251024_200000" -> its id; empty for any other name.
std::string id_in(const std::string& name, const std::string& included) {
  const std::string prefix = included + ".backup.";
  if (!name.starts_with(prefix)) return {};
  const std::string id = name.substr(prefix.size());
  return is_id(id) ? id : "";
}

void remove_whole(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw system_error(error.value(), fmt::format("cannot remove {}", path.string()));
}

/// "data.20251024_200000.restoring", ".compare.20251024_200000.removing", and a manifest or marker
/// that a kill kept from its name: ".backup.20251024_200000.json.new"
bool is_interrupted(const std::string& name) {
  constexpr std::size_t kIdLength = 15;
  constexpr std::string_view kOurs = ".backup.";
  if (name.starts_with(kOurs) && name.ends_with(".new") &&
      is_id(name.substr(kOurs.size(), kIdLength))) {
    return true;
  }
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

void fill_in(const fs::path& directory, Listed& listed) {
  listed.time = time_of_id(listed.id);
  std::optional<Manifest> manifest;
  try {
    manifest = read_manifest(directory, listed.id);
  } catch (const Error&) {
    return;  // listed, as unverified
  }
  if (!manifest) return;
  listed.verified = true;
  listed.time = manifest->time;
  listed.commit = manifest->commit;
  for (const auto& [path, entry] : manifest->entries) {
    if (entry.type != 'f') continue;
    ++listed.files;
    listed.bytes += entry.size;
  }
}
}  // namespace

std::vector<Listed> Store::list() const {
  std::map<std::string, Listed> found;
  std::vector<std::string> names = include_;
  names.emplace_back(kChanges);
  for (const auto& name : names_in(directory_)) {
    for (const auto& included : names) {
      const std::string id = id_in(name, included);
      if (id.empty()) continue;
      found[id].id = id;
      found[id].paths.push_back(directory_ / name);
    }
  }
  std::vector<Listed> listed;
  for (auto& [id, one] : found) {
    const bool whole = os::look_at(manifest_path(directory_, id)).has_value();
    if (!whole && os::look_at(marker_path(directory_, id))) continue;  // being made
    std::sort(one.paths.begin(), one.paths.end());
    fill_in(directory_, one);
    listed.push_back(std::move(one));
  }
  std::stable_sort(listed.begin(), listed.end(),
                   [](const Listed& a, const Listed& b) { return a.time < b.time; });
  return listed;
}

std::vector<fs::path> Store::sweep() const {
  std::vector<fs::path> removed;
  const auto names = names_in(directory_);
  const auto drop = [&](const std::string& name) {
    remove_whole(directory_ / name);
    removed.push_back(directory_ / name);
  };
  for (const auto& marker : names) {
    if (!marker.starts_with(".backup.") || !marker.ends_with(".partial")) continue;
    const std::string id = marker.substr(8, marker.size() - 16);
    if (!is_id(id)) continue;
    const bool whole = os::look_at(manifest_path(directory_, id)).has_value();
    for (const auto& name : names) {
      if (!whole &&
          (name.ends_with(".backup." + id) || name.ends_with(".backup." + id + ".partial"))) {
        drop(name);
      }
    }
    os::remove_durably(directory_ / marker);  // last: it says what the others are
  }
  for (const auto& name : names) {
    if (is_interrupted(name)) drop(name);
  }
  return removed;
}

std::vector<std::string> Store::expiring(std::size_t keep,
                                         const std::set<std::string>& kept) const {
  const auto listed = list();
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

void Store::remove(const std::string& id) const {
  // The marker first: from here on it is not listed, and sweep() finishes what a kill interrupts.
  const fs::path marker = marker_path(directory_, id);
  if (!os::look_at(manifest_path(directory_, id))) {
    const auto listed = list();
    if (std::none_of(listed.begin(), listed.end(), [&](const auto& one) { return one.id == id; })) {
      return;
    }
  }
  const os::Owner owner = os::owner_of(directory_);
  os::write_durably(marker, id + "\n", 0644, &owner);
  os::remove_durably(manifest_path(directory_, id));
  sweep();
}

std::vector<std::string> Store::verify(const std::string& id) const {
  const auto manifest = read_manifest(directory_, id);
  if (!manifest) {
    throw Error(fmt::format("backup {} has no manifest", id), "it cannot be verified");
  }
  std::vector<std::string> damaged;
  for (const auto& [path, entry] : manifest->entries) {
    const auto slash = path.find('/');
    const fs::path file = directory_ / (backup_name(path.substr(0, slash), id) +
                                        (slash == std::string::npos ? "" : path.substr(slash)));
    const auto st = os::look_at(file);
    bool good = st.has_value();
    if (good && entry.type == 'f') good = S_ISREG(st->st_mode);  // opening a FIFO would wait
    if (good && entry.type == 'f') {
      const os::Fd fd = os::open_file(file, O_RDONLY | O_NOFOLLOW);
      good = hash_of(fd.get(), file) == entry.sha256;
    }
    if (!good) damaged.push_back(path);
  }
  return damaged;
}

}  // namespace nutricount::backup
