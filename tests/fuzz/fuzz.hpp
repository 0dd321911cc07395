// What every fuzzer has: a way to say what must hold, and a directory in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// Called with each input, by libFuzzer or by driver.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace nutricount::fuzz {

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process, which is a finding, where something does not hold.
inline void demand(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

/// What `parse` returns; nothing where it refuses with an Error of that exit status, which says
/// what is wrong. Any other exception is a finding.
template <class Parse>
auto accepted(Parse&& parse, std::optional<ExitStatus> status = std::nullopt)
    -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const Error& error) {
    demand(*error.what() != '\0', "a refusal says what is wrong");
    demand(!status || error.status() == *status, "a refusal has the right exit status");
    return std::nullopt;
  }
}

/// A directory of this process, in memory where there is a tmpfs: nothing here waits for a disk.
class Place {
 public:
  Place() {
    const std::filesystem::path memory = "/dev/shm";
    const auto base =
        std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    std::string name = (base / "nutricount-fuzz-XXXXXX").string();
    demand(mkdtemp(name.data()) != nullptr, "there is a temporary directory");
    root_ = name;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  [[nodiscard]] std::filesystem::path path(std::string_view name) const { return root_ / name; }
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  void write(std::string_view name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << text;
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    std::ifstream stream(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  std::filesystem::path root_;
};

/// The one of this process.
inline const Place& place() {
  static const Place one;
  return one;
}

}  // namespace nutricount::fuzz
