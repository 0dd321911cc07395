#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "os/file.hpp"
#include "scratch.hpp"

using namespace nutricount;

TEST_CASE("what is not a file is refused at once: nobody may ever write into a FIFO") {
  const Scratch place;
  REQUIRE(mkfifo((place.root / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(static_cast<void>(os::read_file(place.root / "pipe")),
                       doctest::Contains("is not a file"), Error);
  CHECK(os::read_file("/proc/self/stat").has_value());
  CHECK_FALSE(os::read_file(place.root / "absent").has_value());
}
