#include "backup/copy_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

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
    return backup::copy_content(from.get(), to.get(), root / "from", deadline);
  }
};
}  // namespace

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
