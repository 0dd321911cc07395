#include <doctest/doctest.h>

#include "deploy/lock.hpp"

#include "scratch.hpp"

namespace {
std::string holder_in(const std::string& text) {
  const nutricount::Scratch place;
  place.write("lock", text);
  return nutricount::deploy::holder_in(place.root / "lock");
}
}  // namespace

TEST_CASE("whatever is in the lock, somebody holds it") {
  CHECK(
      holder_in(R"({"command":"update","pid":7,"since":"10:15:00","step":"fetch","user":"pi"})") ==
      "another deployment is running: update by pi (pid 7) since 10:15:00, now at \"fetch\"");
  CHECK(holder_in(std::string(1 << 20, ' ')) == "another deployment is running");
  for (const char* text : {"", "{", "[]", "{}", R"({"command":"update","pid":null})",
                           R"({"command":1,"pid":7,"since":"","step":"","user":""})"}) {
    CAPTURE(text);
    CHECK(holder_in(text) == "another deployment is running");
  }
}
