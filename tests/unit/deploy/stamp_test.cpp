#include <doctest/doctest.h>

#include "deploy/environment.hpp"
#include "scratch.hpp"

using namespace nutricount;
using namespace nutricount::deploy;

TEST_CASE("what an environment was built from is read back to the byte, or it would be rebuilt") {
  const Scratch place;
  const Requirements requirements{{"requirements.txt", "# f\xfcr alle\nflask\n"},
                                  {"requirements/100%.txt", std::string("\0\xff%41", 5)}};
  note_built_from(place.root, requirements);
  CHECK(built_from(place.root) == requirements);
}

TEST_CASE("another program's file says nothing") {
  const Scratch place;
  CHECK_FALSE(built_from(place.root).has_value());
  for (const char* text :
       {"", "[]", "{\"requirements.txt\": 1}", "{\"requirements.txt\": \"%\"}"}) {
    place.write(".nutricount-deploy.json", text);
    CHECK_FALSE(built_from(place.root).has_value());
  }
}
