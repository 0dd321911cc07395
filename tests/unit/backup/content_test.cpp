#include "backup/content.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "base/error.hpp"
#include "os/child.hpp"
#include "os/fd.hpp"
#include "os/interruption.hpp"
#include "scratch.hpp"

using namespace nutricount;

namespace {
struct Pair : Scratch {
  os::Fd from;
  os::Fd to;
  Pair() {
    write("from", std::string(1U << 20U, 'x'));
    from = os::open_file(root / "from", O_RDONLY);
    to = os::open_file(root / "to", O_RDWR | O_CREAT, 0600);
  }
  backup::Copied copy(const Deadline& deadline) const {
    return backup::ContentCopier(deadline).copy(from.get(), to.get(), root / "from");
  }
};
}  // namespace

TEST_CASE("only the pages that differ are written, and the checksum is of the whole") {
  const Pair pair;
  const auto first = pair.copy(Deadline());
  CHECK(first.written == 1U << 20U);
  CHECK(crypto::hex(first.sha256) ==  // sha256sum of 1 MiB of x
        "8f990ba0b577b51cf009ea049368c16bbda1b21e1b93be07a824758bb253c39b");
  const os::Fd file = os::open_file(pair.root / "from", O_WRONLY);
  REQUIRE(pwrite(file.get(), "y", 1, 700'000) == 1);
  CHECK(pair.copy(Deadline()).written == 4096);
  CHECK(pair.copy(Deadline()).written == 0);
  REQUIRE(ftruncate(file.get(), 5000) == 0);
  const auto shorter = pair.copy(Deadline());
  CHECK(shorter.bytes == 5000);
  CHECK(shorter.written == 0);
  CHECK(std::filesystem::file_size(pair.root / "to") == 5000);
}

TEST_CASE("the checksum of a large file is that of what was written, whatever was there") {
  const Pair pair;
  const os::Fd file = os::open_file(pair.root / "from", O_WRONLY);
  for (const off_t size : {40 << 20, 5 << 20, 70'000'001}) {  // grown, cut, grown with a hole
    REQUIRE(ftruncate(file.get(), size) == 0);
    REQUIRE(pwrite(file.get(), "end", 3, size / 2) == 3);
    const auto copied = pair.copy(Deadline());
    CHECK(copied.bytes == static_cast<std::uint64_t>(size));
    CHECK(copied.sha256 == backup::ContentCopier().read(pair.from.get(), "from").sha256);
    CHECK(copied.sha256 == backup::ContentCopier().read(pair.to.get(), "to").sha256);
  }
}

TEST_CASE("zeros at the end of what was there become a hole") {
  const Pair pair;
  std::filesystem::resize_file(pair.root / "from", 64U << 20U);
  const auto copied = pair.copy(Deadline());
  CHECK(copied.bytes == 64U << 20U);
  CHECK(copied.written == 1U << 20U);
  struct stat st {};
  REQUIRE(fstat(pair.to.get(), &st) == 0);
  CHECK(st.st_size == 64 << 20);
  CHECK(st.st_blocks * 512 < 4 << 20);
}

TEST_CASE("a copy of one large file ends at the deadline") {
  const Pair pair;
  CHECK_THROWS_AS(static_cast<void>(pair.copy(Deadline(Milliseconds(0)))), Error);
  CHECK(pair.copy(Deadline()).bytes == 1U << 20U);
}

TEST_CASE("a copy of one large file ends at a signal, but not while things are put back") {
  const auto said = os::run_in_child({}, [](const os::Report&) {
    const Pair pair;
    os::catch_signals();
    raise(SIGHUP);
    std::string text;
    {
      const os::Hold hold;
      text = std::to_string(pair.copy(Deadline()).written);
    }
    try {
      static_cast<void>(pair.copy(Deadline()));
    } catch (const Error& error) {
      text += std::string(" ") + error.what();
    }
    return text;
  });
  CHECK(said == "1048576 interrupted by SIGHUP");
}
