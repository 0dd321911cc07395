#include "os/message.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.hpp"
#include "os/error_text.hpp"

using namespace nutricount;
using namespace nutricount::os;

TEST_CASE("messages arrive whole, however the pipe cuts them") {
  const std::string sent = framed(Kind::kProgress, "one") + framed(Kind::kProgress, "") +
                           framed(Kind::kResult, "the result");
  for (std::size_t piece = 1; piece <= sent.size(); ++piece) {
    Inbox inbox;
    std::vector<std::string> progress;
    for (std::size_t at = 0; at < sent.size(); at += piece) {
      inbox.take(std::string_view(sent).substr(at, piece),
                 [&](std::string_view text) { progress.emplace_back(text); });
    }
    CHECK(progress == std::vector<std::string>{"one", ""});
    CHECK(inbox.result() == "the result");
    CHECK_FALSE(inbox.error().has_value());
  }
}

TEST_CASE("what is no message is refused") {
  Inbox inbox;
  CHECK_THROWS_AS(inbox.take(std::string("x\0\0\0\0", 5), {}), Error);
  Inbox other;
  CHECK_THROWS_AS(other.take(std::string("p\xff\xff\xff\xff", 5), {}), Error);
}

TEST_CASE("an error arrives as it was thrown; what is none is refused with an Error") {
  const Error error = from_text(as_text(Error("what", "hint", ExitStatus::kUsage)));
  CHECK(std::string(error.what()) == "what");
  CHECK(error.hint() == "hint");
  CHECK(error.status() == ExitStatus::kUsage);
  for (const char* text : {"", "{}", "[]", R"({"message":"x","hint":"","status":0})",
                           R"({"message":"x","hint":"","status":1e300})",
                           R"({"message":null,"hint":"","status":1})"}) {
    CAPTURE(text);
    CHECK(std::string(from_text(as_text(Error("x"))).what()) == "x");
    CHECK_THROWS_AS(static_cast<void>(from_text(text)), Error);
  }
}
