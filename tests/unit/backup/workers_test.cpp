#include "backup/workers.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace nutricount::backup {

TEST_CASE("every item is worked on once, by a worker that there is") {
  Workers workers;
  for (const std::size_t items : {0UL, 1UL, 2UL, 1000UL, 3UL}) {
    std::vector<int> times(items);
    std::atomic<bool> known = true;
    workers.for_each(items, [&](std::size_t worker, std::size_t item) {
      if (worker >= workers.count()) known = false;
      ++times[item];
    });
    CHECK(times == std::vector<int>(items, 1));
    CHECK(known);
  }
}

TEST_CASE("what a job throws is thrown, no other job is begun, and the workers work on") {
  Workers workers;
  std::atomic<int> begun = 0;
  const auto job = [&](std::size_t, std::size_t item) {
    ++begun;
    if (item == 3) throw std::runtime_error("three");
    if (item > 3) usleep(100);  // so that nobody does the other 996 while that one is on its way
  };
  for (int i = 0; i < 20; ++i) {
    begun = 0;
    CHECK_THROWS_WITH_AS(workers.for_each(1000, job), "three", std::runtime_error);
    CHECK(begun < 1000);
  }
  begun = 0;
  workers.for_each(3, job);
  CHECK(begun == 3);
}

}  // namespace nutricount::backup
