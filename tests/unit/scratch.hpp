// A temporary directory that goes with the test.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace nutricount {

struct Scratch {
  std::filesystem::path root;

  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "nutricount-unit-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    root = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }

  void write(const std::filesystem::path& file, const std::string& text) const {
    std::ofstream(root / file) << text;
  }
  [[nodiscard]] std::string read(const std::filesystem::path& file) const {
    std::ifstream stream(root / file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
};

}  // namespace nutricount
