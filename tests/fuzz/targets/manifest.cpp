// DIR/.backup.ID.json. It lies in the application directory: its owner, whom root does not trust,
// can write it.
#include "backup/manifest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/checksum.hpp"
#include "damage.hpp"
#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;
using backup::Manifest;

namespace {
constexpr const char* kId = "20261124_070608";
constexpr const char* kName = ".backup.20261124_070608.json";

std::optional<Manifest> load(const std::string& text) {
  place().write(kName, text);
  const auto manifest = accepted([] { return backup::read_manifest(place().root(), kId); });
  return manifest ? *manifest : std::nullopt;
}

bool same(const Manifest& a, const Manifest& b) {
  const auto same_entry = [](const auto& one, const auto& other) {
    const auto& [path, entry] = one;
    const auto& [other_path, twin] = other;
    return path == other_path && entry.type == twin.type && entry.mode == twin.mode &&
           entry.size == twin.size && entry.mtime == twin.mtime && entry.sha256 == twin.sha256 &&
           entry.target == twin.target && entry.database == twin.database;
  };
  return a.id == b.id && a.time == b.time && a.commit == b.commit && a.names == b.names &&
         a.absent == b.absent && a.skipped == b.skipped && a.changes == b.changes &&
         a.deleted == b.deleted &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    same_entry);
}

void check_path(const std::string& path) {
  demand(!path.empty() && !path.starts_with('/') && path.find('\0') == std::string::npos,
         "a path below the application directory");
  for (const auto& part : std::filesystem::path(path)) demand(part != "..", "no way out");
}

void check_paths(const Manifest& manifest) {
  for (const auto* paths :
       {&manifest.names, &manifest.absent, &manifest.changes, &manifest.deleted}) {
    for (const auto& path : *paths) check_path(path);
  }
  for (const auto& [path, entry] : manifest.entries) {
    check_path(path);
    demand(entry.type == 'f' || entry.type == 'd' || entry.type == 'l', "a known type");
  }
}

void check(const std::string& text) {
  const auto manifest = load(text);
  if (!manifest) return;
  check_paths(*manifest);
  backup::write_manifest(place().root(), *manifest, os::current_user());
  const std::string whole = place().read(kName);
  const auto again = backup::read_manifest(place().root(), kId);
  demand(again && same(*again, *manifest), "what is written is read back");
  with_flipped_bits(whole, 4, [&](const std::string& damaged) {
    const auto read = load(damaged);
    demand(!read || same(*read, *manifest), "damage is not taken for something else");
  });
  demand(!load(whole.substr(0, whole.size() / 2)), "half a manifest is none");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  check(text);
  // The corpus has no checksums: with them no mutation would get past them.
  check(with_checksum(text));
  return 0;
}
