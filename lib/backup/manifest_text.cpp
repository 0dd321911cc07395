#include "backup/manifest_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace nutricount::backup {
using nlohmann::json;
namespace {
constexpr int kVersion = 2;

std::string escaped(const std::string& name) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '%' || c == '"' || c == '\\') {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    } else {
      out += c;
    }
  }
  return out;
}

int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  throw Error(fmt::format("'{}' is not a hexadecimal digit", digit));
}

char byte_of(std::string_view text, std::size_t at) {
  if (at + 2 > text.size()) throw Error("it ends in the middle");
  return static_cast<char>(value_of(text[at]) * 16 + value_of(text[at + 1]));
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i] == '%' ? byte_of(text, i + 1) : text[i];
    if (text[i] == '%') i += 2;
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

Digest digest_of(const std::string& hex) {
  Digest digest{};
  if (hex.size() != 2 * digest.size()) throw Error("a checksum has the wrong length");
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest.at(i) = static_cast<unsigned char>(byte_of(hex, 2 * i));
  }
  return digest;
}

Signature signature_at(const json& line, std::size_t at) {
  return {line.at(at), line.at(at + 1), line.at(at + 2), line.at(at + 3)};
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
    fmt::format_to(to, R"(,{},{},{},"{}")", entry.mode, entry.size, entry.mtime, hex(entry.sha256));
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

std::string seal_line(const Digest& digest) {
  return fmt::format(R"({{"sha256":"{}"}})", hex(digest));
}

Header header_of(std::string_view line) {
  const json all = json::parse(line);
  if (all.at("version") != kVersion) {
    throw Error(fmt::format("it has version {}", all.at("version").dump()));
  }
  const auto time = from_utc(all.at("time").get<std::string>());
  if (!time) throw Error("its time is none");
  return {all.at("id"), *time, all.at("commit"), all.at("tool")};
}

Summary summary_of(std::string_view line) {
  const json all = json::parse(line);
  return {unescaped_all(all.at("roots")),
          unescaped_all(all.at("absent")),
          unescaped_all(all.at("skipped")),
          unescaped_all(all.at("changes")),
          unescaped_all(all.at("deleted")),
          all.at("files"),
          all.at("bytes")};
}

Digest seal_of(std::string_view line) { return digest_of(json::parse(line).at("sha256")); }

std::optional<Directory> directory_of(std::string_view line) {
  if (!line.starts_with(R"({"dir")")) return std::nullopt;
  const json all = json::parse(line);
  return Directory{unescaped(all.at("dir")), all.at("mode"), all.at("mtime"), {}};
}

NamedEntry entry_of(std::string_view line) {
  const json all = json::parse(line);
  NamedEntry named;
  named.name = unescaped(all.at(1));
  Entry& entry = named.entry;
  const auto type = all.at(0).get<std::string>();
  if (type == "h") {
    entry.type = Type::kHardLink;
    entry.target = unescaped(all.at(2));
  } else if (type == "l") {
    entry.type = Type::kLink;
    entry.mtime = all.at(2);
    entry.target = unescaped(all.at(3));
    entry.live = signature_at(all, 4);
  } else if (type == "f") {
    entry.mode = all.at(2);
    entry.size = all.at(3);
    entry.mtime = all.at(4);
    entry.sha256 = digest_of(all.at(5));
    entry.live = signature_at(all, 6);
    entry.database = all.size() > 10;
    if (entry.database) entry.wal = signature_at(all, 10);
  } else {
    throw Error(fmt::format("\"{}\" is no kind of entry", type));
  }
  return named;
}

}  // namespace nutricount::backup
