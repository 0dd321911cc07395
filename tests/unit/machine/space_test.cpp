#include <doctest/doctest.h>
#include <sys/statvfs.h>

#include "machine/disk.hpp"
#include "machine/memory.hpp"
#include "made_up.hpp"

namespace nutricount::machine {

TEST_CASE("memory is used as free(1) has it") {
  const MadeUp machine;
  machine.file("proc/meminfo",
               "MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     400 kB\n"
               "SwapTotal:        200 kB\nSwapFree:         150 kB\nHugePages_Total:       0\n");
  const auto memory = read_memory(machine.root);
  REQUIRE(memory);
  CHECK(memory->total == 1000 * 1024);
  CHECK(memory->used() == 600 * 1024);
  CHECK(memory->swap_total == 200 * 1024);
  CHECK(memory->swap_used() == 50 * 1024);
  CHECK(used_percent(*memory) == 60);
}

TEST_CASE("memory that is not told of is absent; more available than there is, is all") {
  CHECK_FALSE(read_memory("/nonexistent"));
  for (const char* text :
       {"", "MemTotal: 1000 kB\n", "MemAvailable: 1 kB\n", "MemTotal: 0 kB\nMemAvailable: 0 kB\n",
        "MemTotal: x kB\nMemAvailable: 1 kB\n",
        "MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_memory(text));
  }
  const auto memory = parse_memory("MemTotal: 10 kB\nMemAvailable: 20 kB\nSwapFree: 5 kB\n");
  REQUIRE(memory);
  CHECK(memory->used() == 0);
  CHECK(memory->swap_used() == 0);
}

TEST_CASE("percent are rounded up, as df(1) does") {
  CHECK(percent(0, 100) == 0);
  CHECK(percent(80, 20) == 80);
  CHECK(percent(801, 199) == 81);
  CHECK(percent(1, 1'000'000) == 1);
  CHECK(percent(5, 0) == 100);
  CHECK(percent(0, 0) == 0);
}

TEST_CASE("a disk is what statvfs says; one that is not there is absent") {
  const MadeUp place;
  struct statvfs info {};
  REQUIRE(statvfs(place.root.c_str(), &info) == 0);
  const auto disk = read_disk(place.root);
  REQUIRE(disk);
  CHECK(disk->path == place.root);
  CHECK(disk->size == info.f_blocks * info.f_frsize);
  CHECK(disk->used + disk->available <= disk->size);
  CHECK_FALSE(read_disk(place.root / "none"));
  CHECK_FALSE(read_disk("/proc"));
}

}  // namespace nutricount::machine
