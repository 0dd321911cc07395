#include "backup/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/byte_text.hpp"
#include "base/checksum.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
constexpr int kVersion = 1;
constexpr std::uint64_t kLimit = 256U << 20U;

// Names are bytes, JSON is UTF-8: they are kept escaped.
json escaped_all(const std::vector<std::string>& names) {
  json out = json::array();
  for (const auto& name : names) out.push_back(escaped(name));
  return out;
}

std::vector<std::string> unescaped_all(const json& names) {
  std::vector<std::string> out;
  for (const auto& name : array_in(names)) out.push_back(unescaped(name.get<std::string>()));
  return out;
}

// The application's owner can write a manifest; root follows it.
std::string path_from(const json& value) {
  std::string path = unescaped(value.get<std::string>());
  const fs::path parts(path);
  if (path.empty() || path.find('\0') != std::string::npos || parts.is_absolute() ||
      std::find(parts.begin(), parts.end(), "..") != parts.end()) {
    throw Error(fmt::format("\"{}\" is no path below the application directory", escaped(path)));
  }
  return path;
}

std::vector<std::string> paths_from(const json& values) {
  std::vector<std::string> paths;
  for (const auto& value : array_in(values)) paths.push_back(path_from(value));
  return paths;
}

json entry_json(const std::string& path, const Entry& entry) {
  json out{{"path", escaped(path)},
           {"type", std::string(1, entry.type)},
           {"mode", entry.mode},
           {"mtime", entry.mtime}};
  if (entry.type == 'f') {
    out["size"] = entry.size;
    out["sha256"] = entry.sha256;
    if (entry.database) out["database"] = true;
  }
  if (entry.type == 'l') out["target"] = escaped(entry.target);
  return out;
}

Entry entry_from(const json& value) {
  Entry entry;
  const std::string type = value.at("type");
  if (type != "f" && type != "d" && type != "l") throw Error(fmt::format("type \"{}\"", type));
  entry.type = type.front();
  entry.mode = whole_number<std::uint32_t>(value.at("mode"));
  entry.mtime = whole_number<std::int64_t>(value.at("mtime"));
  if (entry.type == 'f') {
    entry.size = whole_number<std::uint64_t>(value.at("size"));
    entry.sha256 = value.at("sha256");
    entry.database = value.value("database", false);
  }
  if (entry.type == 'l') entry.target = unescaped(value.at("target").get<std::string>());
  return entry;
}

Manifest parse(std::string_view text, const std::string& id) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (!is_undamaged(text)) throw Error("it is damaged");
  const json all = parse_json(text);
  if (all.at("version") != kVersion) throw Error("it was written by another version");
  Manifest manifest;
  manifest.id = all.at("id");
  const auto time = from_utc(all.at("time").get<std::string>());
  if (!time || manifest.id != id) throw Error("it is the manifest of another backup");
  manifest.time = *time;
  manifest.commit = all.at("commit");
  manifest.names = paths_from(all.at("names"));
  manifest.absent = paths_from(all.at("absent"));
  manifest.skipped = unescaped_all(all.at("skipped"));
  manifest.changes = paths_from(all.at("changes"));
  manifest.deleted = paths_from(all.at("deleted"));
  for (const auto& entry : array_in(all.at("entries"))) {
    manifest.entries[path_from(entry.at("path"))] = entry_from(entry);
  }
  return manifest;
}
}  // namespace

fs::path manifest_path(const fs::path& directory, const std::string& id) {
  return directory / (".backup." + id + ".json");
}

fs::path marker_path(const fs::path& directory, const std::string& id) {
  return directory / (".backup." + id + ".partial");
}

std::string backup_name(const std::string& name, const std::string& id) {
  return name + ".backup." + id;
}

void write_manifest(const fs::path& directory, const Manifest& manifest, const os::Owner& owner) {
  json all{{"version", kVersion},
           {"tool", NUTRICOUNT_DEPLOY_VERSION},
           {"id", manifest.id},
           {"time", to_utc(manifest.time)},
           {"commit", manifest.commit},
           {"names", escaped_all(manifest.names)},
           {"absent", escaped_all(manifest.absent)},
           {"skipped", escaped_all(manifest.skipped)},
           {"changes", escaped_all(manifest.changes)},
           {"deleted", escaped_all(manifest.deleted)},
           {"entries", json::array()}};
  for (const auto& [path, entry] : manifest.entries) {
    all["entries"].push_back(entry_json(path, entry));
  }
  os::write_durably(manifest_path(directory, manifest.id), with_checksum(all.dump()) + "\n", 0644,
                    &owner);
}

std::optional<Manifest> read_manifest(const fs::path& directory, const std::string& id) {
  const fs::path path = manifest_path(directory, id);
  const auto text = os::read_file(path, kLimit);
  if (!text) return std::nullopt;
  try {
    return parse(*text, id);
  } catch (const std::exception& cause) {
    throw Error(fmt::format("{} cannot be understood: {}", path.string(), cause.what()),
                "the backup cannot be verified: choose another one");
  }
}

}  // namespace nutricount::backup
