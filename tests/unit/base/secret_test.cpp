#include "base/secret.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstring>
#include <new>
#include <ostream>
#include <string_view>
#include <type_traits>

using namespace nutricount;

namespace {
template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(Streamable<std::string>);
static_assert(!Streamable<Secret>, "a secret must not be printed by accident");
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret> &&
              !std::is_convertible_v<Secret, std::string>);

/// Memory that a test can look at after the object in it is gone. Short strings lie in the object
/// itself.
struct Room {
  alignas(Secret) unsigned char bytes[sizeof(Secret)] = {};
  Secret* make(const char* text) { return new (bytes) Secret(text); }
  [[nodiscard]] bool holds(std::string_view text) const {
    return memmem(bytes, sizeof bytes, text.data(), text.size()) != nullptr;
  }
};
constexpr const char* kShort = "hunter2-hunter";
constexpr std::string_view kPart = "unter2-hunte";
}  // namespace

TEST_CASE("a secret is revealed by name, and moves") {
  Secret one(std::string(100, 's'));
  CHECK(one.reveal() == std::string(100, 's'));
  Secret other(std::move(one));
  CHECK(other.reveal() == std::string(100, 's'));
  Secret third;
  CHECK(third.empty());
  third = std::move(other);
  CHECK(third.reveal() == std::string(100, 's'));
  CHECK_FALSE(third.empty());
  Secret& self = third;
  third = std::move(self);
  CHECK(third.reveal() == std::string(100, 's'));
}

TEST_CASE("nothing of a secret stays where it was") {
  Room room;
  Secret* secret = room.make(kShort);
  REQUIRE(room.holds(kPart));
  SUBCASE("when it goes") { secret->~Secret(); }
  SUBCASE("when it moves into another") {
    const Secret other(std::move(*secret));
    CHECK(other.reveal() == kShort);
    CHECK_FALSE(room.holds(kPart));
    secret->~Secret();
  }
  SUBCASE("when it is assigned to another") {
    Secret other("something else");
    other = std::move(*secret);
    CHECK(other.reveal() == kShort);
    CHECK_FALSE(room.holds(kPart));
    secret->~Secret();
  }
  SUBCASE("when another takes its place") {
    *secret = Secret("x");
    CHECK(secret->reveal() == "x");
    CHECK_FALSE(room.holds(kPart));
    secret->~Secret();
  }
  CHECK_FALSE(room.holds(kPart));
}

TEST_CASE("an address is shown without what may be secret in it") {
  for (const auto& [given, shown] : std::initializer_list<std::pair<const char*, const char*>>{
           {"https://user:token@host/x?key=1", "https://host/x"},
           {"https://token@host/x.git", "https://host/x.git"},
           {"https://user:p@ss@host/x", "https://host/x"},
           {"https://user:token@host", "https://host"},
           {"https://user:token@host?x", "https://host"},
           {"https://host/a@b/c", "https://…"},
           {"https://host/x#token", "https://host/x"},
           {"http://localhost:5000/health", "http://localhost:5000/health"},
           {"ssh://git@host:22/x", "ssh://host:22/x"},
           {"git@host:path.git", "git@host:path.git"},
           {"/srv/origin.git", "/srv/origin.git"},
           {"", ""}}) {
    CHECK(redact_url(given) == shown);
  }
}

TEST_CASE("where it cannot be told what is secret, nothing is shown") {
  for (const char* url : {"https://user:pa/ss@host/x", "https://user:pa?ss@host/x",
                          "https://user:pa#ss@host/x", "user:pass@host:path", "user:pass@host/x",
                          "us/er:pass://x@host", "https:/user:pass@host/x"}) {
    const std::string shown = redact_url(url);
    CAPTURE(url);
    CHECK(shown.find("pa") == std::string::npos);
    CHECK(shown.find("ss") == std::string::npos);
  }
}

TEST_CASE("a library's message does not quote credentials") {
  CHECK(redact_message("malformed URL 'https://user:to/ken@host/x'") == "malformed URL '…");
  CHECK(redact_message("no host for http://host/x") == "no host for http://host/x");
  CHECK(redact_message("connection refused") == "connection refused");
}
