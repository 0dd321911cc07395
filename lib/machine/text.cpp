#include "machine/text.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::machine {
namespace {
std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
    if (text.empty()) return parts;
    parts.push_back(text.substr(0, text.find_first_of(separators)));
    text.remove_prefix(parts.back().size());
  }
}
}  // namespace

std::optional<std::string> read_text(const std::filesystem::path& path) {
  constexpr std::uint64_t kMost = 1U << 20U;
  try {
    return os::read_file(path, kMost);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<std::string_view> lines_of(std::string_view text) { return split(text, "\n"); }
std::vector<std::string_view> words_of(std::string_view line) { return split(line, " \t\r"); }

}  // namespace nutricount::machine
