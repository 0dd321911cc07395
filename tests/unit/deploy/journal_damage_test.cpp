#include <doctest/doctest.h>

#include "deploy/journal.hpp"
#include "scratch.hpp"

using namespace nutricount;
using namespace nutricount::deploy;

namespace {
struct Place : Scratch {
  Journal journal{root / "journal"};

  Place() {
    Plan plan;
    plan.deployment = "20261124_101500";
    plan.directory = "/srv/app";
    plan.started = now();
    journal.begin(plan);
    journal.step("stop");
    journal.step("reset");
  }
};
}  // namespace

TEST_CASE("a flipped bit in a journal is never taken for another journal") {
  const Place place;
  const std::string whole = place.read("journal");
  for (std::size_t bit = 0; bit < whole.size() * 8; bit += 7) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    place.write("journal", flipped);
    try {
      static_cast<void>(place.journal.load());
      FAIL("taken with a flipped bit: ", bit);
    } catch (const Error& error) {
      CHECK(error.status() == ExitStatus::kHandsNeeded);
    }
  }
}

TEST_CASE(
    "a line that was torn off is as if never written, and the next one does not run into it") {
  const Place place;
  const std::string whole = place.read("journal");
  const auto last = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t length = last; length < whole.size(); ++length) {
    place.write("journal", whole.substr(0, length));
    CHECK(place.journal.load()->begun == std::vector<std::string>{"stop"});
    place.journal.undone("stop");
    const auto state = place.journal.load();
    CHECK(state->begun == std::vector<std::string>{"stop"});
    CHECK(state->undone == std::vector<std::string>{"stop"});
  }
}

TEST_CASE("a block of zeros, as a power cut leaves it, is a torn line") {
  const Place place;
  place.write("journal", place.read("journal") + std::string(4096, '\0'));
  CHECK(place.journal.load()->begun.size() == 2);
  place.journal.step("migrate");
  CHECK(place.journal.load()->begun.size() == 3);
}
