#include "git/comparison.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"

using namespace nutricount::git;

TEST_CASE("a comparison travels from the child unchanged, whatever bytes are in it") {
  Comparison sent;
  sent.from = {"0123", "subject \xff", "Ann", 7};
  sent.to = {"4567", "", "", 8};
  sent.commits = {sent.to};
  sent.changed_files = {"a b", "\xfe"};
  sent.overwritten = {"x"};
  sent.files = {{"requirements.txt", std::nullopt, "flask\n"}, {"b", "1", "1"}};
  sent.transfer = {1, 2, 3};
  const Comparison got = from_text(to_text(sent));
  CHECK(got.from.subject == sent.from.subject);
  CHECK(got.from.time == 7);
  CHECK(got.commits.size() == 1);
  CHECK(got.changed_files == sent.changed_files);
  CHECK(got.overwritten == sent.overwritten);
  REQUIRE(got.files.size() == 2);
  CHECK_FALSE(got.files[0].from.has_value());
  CHECK(got.files[0].to == "flask\n");
  CHECK(got.files[1].from == got.files[1].to);
  CHECK(got.transfer.bytes == 3);
}

TEST_CASE("an answer that no honest child gives is refused with an Error") {
  const std::string good = to_text(Comparison());
  CHECK_NOTHROW(static_cast<void>(from_text(good)));
  for (const std::string& text : {std::string(), std::string("{}"), std::string("\xa0"),
                                  std::string(100'000, '['), good.substr(0, good.size() / 2)}) {
    CHECK_THROWS_AS(static_cast<void>(from_text(text)), nutricount::Error);
  }
  for (const char* text : {"[1,2]", "[1,2,-3]", "[1,2,1e300]", "null", "{}"}) {
    CHECK_THROWS_AS(static_cast<void>(transfer_from_text(text)), nutricount::Error);
  }
  CHECK(transfer_from_text(to_text(Transfer{1, 2, 3})).total_objects == 2);
}
