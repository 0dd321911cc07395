// Instead of libFuzzer: every file of a corpus, and every small damage to it, always the same ones.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <functional>
#include <vector>

#include "fuzz.hpp"

namespace {
namespace fs = std::filesystem;

// At most so many damages of a kind are tried on one file, spread evenly over it.
constexpr std::size_t kMost = 6000;

// For the signal handler: what is being tried, and where to leave it.
std::string current;
std::string crash_file;

struct Count {
  std::size_t files = 0;
  std::size_t inputs = 0;
  std::size_t words = 0;
};

void run(const std::string& input, Count& count) {
  current = input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
  ++count.inputs;
}

// Leaves the input where it can be looked at, and given to this program again.
void on_crash(int /*signal*/) {
  const int fd = open(crash_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd >= 0 && write(fd, current.data(), current.size()) >= 0) {
    for (const std::string_view text : {"this input is in ", crash_file.c_str(), "\n"}) {
      [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
    }
  }
  _exit(1);
}

void catch_crashes() {
  // A stack of its own: one of the things that may crash is a recursion without an end.
  static std::array<char, 1U << 16U> room;
  stack_t stack{};
  stack.ss_sp = room.data();
  stack.ss_size = room.size();
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK;
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    sigaction(number, &action, nullptr);
  }
}

void spread(std::size_t size, const std::function<void(std::size_t)>& damage) {
  const std::size_t step = std::max<std::size_t>(1, size / kMost);
  for (std::size_t at = 0; at < size; at += step) damage(at);
}

bool is_of_a_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

/// Each word and each number becomes a value of another kind, or another of its own.
void replace_words(const std::string& whole, Count& count) {
  for (std::size_t at = 0; at < whole.size();) {
    std::size_t end = at;
    while (end < whole.size() && is_of_a_word(whole[end])) ++end;
    for (const char* other : {"null", "true", "-1", "0.5", "1e300", "4294967297", "", "\"\"", "[]",
                              "{}", "..", "\\u0000", "%4"}) {
      if (end == at || count.words >= kMost) break;
      std::string replaced = whole;
      run(replaced.replace(at, end - at, other), count);
      ++count.words;
    }
    at = end + 1;
  }
}

void damage_in_every_way(const std::string& whole, Count& count) {
  run(whole, count);
  spread(whole.size(), [&](std::size_t length) { run(whole.substr(0, length), count); });
  spread(whole.size() * 8, [&](std::size_t bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^
                                         static_cast<unsigned char>(1U << (bit % 8)));
    run(flipped, count);
  });
  spread(whole.size(), [&](std::size_t at) {
    std::string shorter = whole;
    run(shorter.erase(at, 1), count);
  });
  count.words = 0;
  replace_words(whole, count);
}

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}
}  // namespace

int main(int argc, char** argv) {
  crash_file = fs::absolute(fs::path(argv[0]).filename().string() + ".crash").string();
  catch_crashes();
  Count count;
  for (const auto& argument : std::vector<fs::path>(argv + 1, argv + argc)) {
    std::vector<fs::path> files{argument};
    if (fs::is_directory(argument)) files.assign(fs::directory_iterator(argument), {});
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      damage_in_every_way(content_of(file), count);
      ++count.files;
    }
  }
  std::printf("%zu inputs from %zu files\n", count.inputs, count.files);
  return count.files > 0 ? 0 : 2;
}
