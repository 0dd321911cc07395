// The manifest of a backup. It lies in the application directory: its owner, whom root does not
// trust, can write it.
#include "backup/manifest.hpp"

#include "damage.hpp"
#include "fuzz.hpp"
#include "os/owner.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;
using namespace nutricount::backup;

namespace {
constexpr const char* kName = "manifest";

std::optional<std::vector<Directory>> load(const std::string& text) {
  place().write(kName, text);
  return accepted([] {
    std::vector<Directory> all;
    ManifestReader reader(place().root() / kName);
    while (auto directory = reader.next()) all.push_back(std::move(*directory));
    return all;
  });
}

std::string sealed(const std::string& body) {
  crypto::Sha256 hash;
  hash.add(body);
  return body + "{\"sha256\":\"" + crypto::hex(hash.digest()) + "\"}\n";
}

void check_path(const std::string& path) {
  demand(!path.empty() && !path.starts_with('/') && path.find('\0') == std::string::npos,
         "a path below the application directory");
  for (const auto& part : std::filesystem::path(path)) demand(part != "..", "no way out");
}

void check(const std::string& text) {
  const auto all = load(text);
  if (!all) return;
  for (const auto& directory : *all) {
    check_path(directory.path);
    for (const auto& [name, entry] : directory.entries) {
      demand(!name.empty() && name.find('/') == std::string::npos && name != "..", "a name");
    }
  }
  static_cast<void>(accepted([] { return read_summary(place().root() / kName); }));
  demand(!load(text.substr(0, text.size() / 2)), "half a manifest is none");
}
}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  check(text);
  // The corpus has no checksums: with them no mutation would get past them.
  check(sealed(text));
  return 0;
}
