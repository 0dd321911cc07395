#include "os/input.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "catching.hpp"
#include "scratch.hpp"

using namespace nutricount;

namespace {
std::string all_of(os::Input& input) {
  std::string all;
  std::array<char, 3> block{};
  while (const std::size_t count = input.read(block)) all.append(block.data(), count);
  CHECK(input.read(block) == 0);  // the end stays the end
  return all;
}
}  // namespace

TEST_CASE("a file is read from its start to its end, whatever is in it") {
  const Scratch place;
  for (const std::string& text : {std::string(), std::string("a\0b\r\n", 5), std::string("abc")}) {
    place.write("file", text);
    os::Input input(place.root / "file");
    CHECK(all_of(input) == text);
  }
}

TEST_CASE("a FIFO ends with its writer, however late that comes") {
  const Scratch place;
  const auto path = place.root / "fifo";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  os::Input input(path);
  std::thread writer([&] {
    usleep(50'000);
    const os::Fd fifo = os::open_file(path, O_WRONLY);
    for (const char* byte : {"a", "b", "c", "d"}) {
      usleep(5'000);
      if (write(fifo.get(), byte, 1) != 1) return;
    }
  });
  CHECK(all_of(input) == "abcd");
  writer.join();
}

TEST_CASE("what cannot be read is a usage error, with what to do") {
  const Scratch place;
  const auto refusal = [](const std::filesystem::path& path) {
    const Error error = error_of([&] {
      os::Input input(path);
      all_of(input);
    });
    CHECK(error.status() == ExitStatus::kUsage);
    CHECK_FALSE(error.hint().empty());
    CHECK(tells(error, "cannot read " + path.string()));
    return error;
  };
  CHECK(tells(refusal(place.root / "none"), "No such file"));
  CHECK(tells(refusal(place.root), "Is a directory"));
  CHECK(tells(refusal("/proc/self/mem"), "Input/output error"));
}
