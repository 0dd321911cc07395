// How far a copy is, and what it came to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace nutricount::backup {

struct Progress {
  std::uint64_t files = 0;
  std::uint64_t total_files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t total_bytes = 0;
};
using OnProgress = std::function<void(const Progress&)>;

struct Totals {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t written_bytes = 0;   ///< of contents, in the last pass
  std::uint64_t needed_bytes = 0;    ///< `measure`: what a copy takes of the free space
  std::vector<std::string> skipped;  ///< sockets, FIFOs, devices: "data/run.sock (not a file, …)"
};

}  // namespace nutricount::backup
