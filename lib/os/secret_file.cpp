#include "os/secret_file.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::os {

Secret read_secret(const std::filesystem::path& path, const std::string& key,
                   const std::string& what) {
  constexpr std::uint64_t kLimit = 4096;
  const auto refuse = [&](const char* why, const std::string& hint) {
    return usage_error(fmt::format("{} {} {}", key, path.string(), why), hint);
  };
  const std::string write_it = fmt::format("write {} into it, mode 0600", what);
  const auto st = look_at(path);
  if (!st) throw refuse("does not exist", write_it);
  if (std::filesystem::is_directory(path)) throw refuse("is a directory", "name a file in it");
  if ((st->st_mode & 077U) != 0) {
    throw refuse("can be read by others", fmt::format("chmod 600 {}", path.string()));
  }
  std::string text = read_file(path, kLimit).value_or("");
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) throw refuse("is empty", write_it);
  return Secret(std::move(text));
}

}  // namespace nutricount::os
