#include "backup/manifest.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {
constexpr int kVersion = 1;
constexpr std::uint64_t kLimit = 256U << 20U;

// Names are bytes, JSON is UTF-8: everything but plain ASCII is written as %XX.
std::string escaped(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '%' || c == '"' || c == '\\') {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) throw Error("a name ends in the middle");
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

json escaped_all(const std::vector<std::string>& names) {
  json out = json::array();
  for (const auto& name : names) out.push_back(escaped(name));
  return out;
}

std::vector<std::string> unescaped_all(const json& names) {
  std::vector<std::string> out;
  for (const auto& name : names) out.push_back(unescaped(name));
  return out;
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
  entry.type = value.at("type").get<std::string>().at(0);
  entry.mode = value.at("mode");
  entry.mtime = value.at("mtime");
  if (entry.type == 'f') {
    entry.size = value.at("size");
    entry.sha256 = value.at("sha256");
    entry.database = value.value("database", false);
  }
  if (entry.type == 'l') entry.target = unescaped(value.at("target"));
  return entry;
}

Manifest parse(const std::string& text, const std::string& id) {
  const json all = json::parse(text);
  if (all.at("version") != kVersion) throw Error("it was written by another version");
  Manifest manifest;
  manifest.id = all.at("id");
  const auto time = from_utc(all.at("time").get<std::string>());
  if (!time || manifest.id != id) throw Error("it is the manifest of another backup");
  manifest.time = *time;
  manifest.commit = all.at("commit");
  manifest.names = unescaped_all(all.at("names"));
  manifest.absent = unescaped_all(all.at("absent"));
  manifest.skipped = unescaped_all(all.at("skipped"));
  manifest.changes = unescaped_all(all.at("changes"));
  manifest.deleted = unescaped_all(all.at("deleted"));
  for (const auto& entry : all.at("entries")) {
    manifest.entries[unescaped(entry.at("path"))] = entry_from(entry);
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
  os::write_durably(manifest_path(directory, manifest.id), all.dump() + "\n", 0644, &owner);
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
