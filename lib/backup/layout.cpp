#include "backup/layout.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;

Layout Layout::data(const fs::path& application, std::vector<std::string> included) {
  return {Kind::kData, application, application, std::move(included)};
}

Layout Layout::full(const fs::path& application, std::vector<std::string> included,
                    const fs::path& backups) {
  return {Kind::kFull, application, backups, std::move(included)};
}

std::vector<std::string> Layout::roots() const {
  return kind == Kind::kFull ? std::vector<std::string>{"."} : included;
}

fs::path Layout::tree(const std::string& root, const std::string& id) const {
  return directory / (kind == Kind::kFull ? "backup_" + id : root + ".backup." + id);
}

fs::path Layout::partial(const std::string& root) const {
  return directory / (kind == Kind::kFull ? "backup.partial" : root + ".backup.partial");
}

fs::path Layout::manifest(const std::string& id) const {
  return directory / fmt::format(".backup{}{}.json", kind == Kind::kFull ? '_' : '.', id);
}

fs::path Layout::removing(const std::string& id) const {
  return manifest(id).replace_extension(".removing");
}

std::string Layout::id_of_removing(const std::string& name) const {
  constexpr std::string_view kPrefix = ".backup.";  // or .backup_
  constexpr std::size_t kIdLength = 15;
  if (name.size() < kPrefix.size() + kIdLength) return {};
  std::string id = name.substr(kPrefix.size(), kIdLength);
  return is_id(id) && name == removing(id).filename() ? id : "";
}

fs::path Layout::marker() const { return directory / ".backup.partial"; }
fs::path Layout::partial_manifest() const { return directory / ".backup.partial.json"; }
fs::path Layout::known_manifest() const { return directory / ".backup.partial.known"; }

std::string Layout::id_of_tree(const std::string& name) const {
  std::vector<std::string> prefixes;
  if (kind == Kind::kFull) {
    prefixes = {"backup_"};
  } else {
    for (const auto& one : included) prefixes.push_back(one + ".backup.");
    prefixes.emplace_back("changes.backup.");
  }
  for (const auto& prefix : prefixes) {
    if (!name.starts_with(prefix)) continue;
    std::string id = name.substr(prefix.size());
    if (is_id(id)) return id;
  }
  return {};
}

fs::path Layout::copy(const std::string& path, const std::string& id) const {
  const auto slash = path.find('/');
  const fs::path root = tree(path.substr(0, slash), id);
  return slash == std::string::npos ? root : root / path.substr(slash + 1);
}

}  // namespace nutricount::backup
