#include "backup/manifest_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/byte_text.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"

namespace nutricount::backup {
using nlohmann::json;
namespace {
constexpr int kVersion = 2;

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
  const std::filesystem::path parts(path);
  if (path.empty() || path.find('\0') != std::string::npos || parts.is_absolute() ||
      std::find(parts.begin(), parts.end(), "..") != parts.end()) {
    throw Error(fmt::format("\"{}\" is no path below the application directory", escaped(path)));
  }
  return path;
}

std::string name_from(const json& value) {
  std::string name = path_from(value);
  if (name.find('/') != std::string::npos || name == ".") {
    throw Error(fmt::format("\"{}\" is no name in a directory", escaped(name)));
  }
  return name;
}

std::vector<std::string> paths_from(const json& values) {
  std::vector<std::string> paths;
  for (const auto& value : array_in(values)) paths.push_back(path_from(value));
  return paths;
}

crypto::Digest digest_from(const json& value) {
  const auto digest = crypto::digest_of(value.get_ref<const std::string&>());
  if (!digest) throw Error("a checksum is not 64 hexadecimal digits");
  return *digest;
}

Signature signature_at(const json& line, std::size_t at) {
  return {whole_number<std::uint64_t>(line.at(at)), whole_number<std::uint64_t>(line.at(at + 1)),
          whole_number<std::int64_t>(line.at(at + 2)), whole_number<std::int64_t>(line.at(at + 3))};
}

void append_signature(std::string& out, const Signature& of) {
  fmt::format_to(std::back_inserter(out), ",{},{},{},{}", of.inode, of.size, of.mtime, of.ctime);
}
}  // namespace

std::string header_line(const Header& header) {
  return json{{"version", kVersion},
              {"tool", header.tool},
              {"id", header.id},
              {"time", to_utc(header.time)},
              {"commit", header.commit}}
      .dump();
}

std::string directory_line(const Directory& directory) {
  return fmt::format(R"({{"dir":"{}","mode":{},"mtime":{}}})", escaped(directory.path),
                     directory.mode, directory.mtime);
}

void append_entry_line(std::string& out, const NamedEntry& named) {
  const Entry& entry = named.entry;
  const auto to = std::back_inserter(out);
  fmt::format_to(to, R"(["{}","{}")", static_cast<char>(entry.type), escaped(named.name));
  if (entry.type == Type::kHardLink) {
    fmt::format_to(to, R"(,"{}"])", escaped(entry.target));
    return;
  }
  if (entry.type == Type::kLink) {
    fmt::format_to(to, R"(,{},"{}")", entry.mtime, escaped(entry.target));
  } else {
    fmt::format_to(to, R"(,{},{},{},"{}")", entry.mode, entry.size, entry.mtime,
                   crypto::hex(entry.sha256));
  }
  append_signature(out, entry.live);
  if (entry.database) append_signature(out, entry.wal);
  out += ']';
}

std::string summary_line(const Summary& summary) {
  return json{{"roots", escaped_all(summary.roots)},
              {"absent", escaped_all(summary.absent)},
              {"skipped", escaped_all(summary.skipped)},
              {"changes", escaped_all(summary.changes)},
              {"deleted", escaped_all(summary.deleted)},
              {"files", summary.files},
              {"bytes", summary.bytes}}
      .dump();
}

std::string seal_line(const crypto::Digest& digest) {
  return fmt::format(R"({{"sha256":"{}"}})", crypto::hex(digest));
}

Header header_of(std::string_view line) {
  const json all = parse_json(line);
  if (all.at("version") != kVersion) {
    throw Error(fmt::format("it has version {}", all.at("version").dump()));
  }
  const auto time = from_utc(all.at("time").get<std::string>());
  if (!time) throw Error("its time is none");
  return {all.at("id"), *time, all.at("commit"), all.at("tool")};
}

Summary summary_of(std::string_view line) {
  const json all = parse_json(line);
  return {paths_from(all.at("roots")),
          paths_from(all.at("absent")),
          unescaped_all(all.at("skipped")),
          paths_from(all.at("changes")),
          paths_from(all.at("deleted")),
          whole_number<std::uint64_t>(all.at("files")),
          whole_number<std::uint64_t>(all.at("bytes"))};
}

crypto::Digest seal_of(std::string_view line) { return digest_from(parse_json(line).at("sha256")); }

std::optional<Directory> directory_of(std::string_view line) {
  if (!line.starts_with(R"({"dir")")) return std::nullopt;
  const json all = parse_json(line);
  return Directory{path_from(all.at("dir")),
                   whole_number<std::uint32_t>(all.at("mode")),
                   whole_number<std::int64_t>(all.at("mtime")),
                   {}};
}

NamedEntry entry_of(std::string_view line) {
  const json all = parse_json(line);
  NamedEntry named;
  named.name = name_from(all.at(1));
  Entry& entry = named.entry;
  const auto type = all.at(0).get<std::string>();
  if (type == "h") {
    entry.type = Type::kHardLink;
    entry.target = path_from(all.at(2));
  } else if (type == "l") {
    entry.type = Type::kLink;
    entry.mtime = whole_number<std::int64_t>(all.at(2));
    entry.target = unescaped(all.at(3).get<std::string>());
    entry.live = signature_at(all, 4);
  } else if (type == "f") {
    entry.mode = whole_number<std::uint32_t>(all.at(2));
    entry.size = whole_number<std::uint64_t>(all.at(3));
    entry.mtime = whole_number<std::int64_t>(all.at(4));
    entry.sha256 = digest_from(all.at(5));
    entry.live = signature_at(all, 6);
    entry.database = all.size() > 10;
    if (entry.database) entry.wal = signature_at(all, 10);
  } else {
    throw Error(fmt::format("\"{}\" is no kind of entry", type));
  }
  return named;
}

}  // namespace nutricount::backup
