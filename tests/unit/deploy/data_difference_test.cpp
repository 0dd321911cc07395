#include "deploy/data_difference.hpp"

#include "catching.hpp"

namespace nutricount::deploy {

TEST_CASE("a difference travels from the child, whatever tables are called") {
  model::DataDifference sent;
  sent.reshaped = {"users", "", "a \"b\"\n"};
  sent.rows = {{"log_entries", 38, 0}, {"x", 0, 18'446'744'073'709'551'615U}, {"\xff", 1, 1}};
  const auto got = difference_from_text(to_text(sent));
  CHECK(got.reshaped == sent.reshaped);
  REQUIRE(got.rows.size() == 3);
  CHECK(got.rows[0].table == "log_entries");
  CHECK(got.rows[0].written == 38);
  CHECK(got.rows[0].gone == 0);
  CHECK(got.rows[1].gone == sent.rows[1].gone);
  CHECK(got.rows[2].table == "\xef\xbf\xbd");
  CHECK(got.files == 0);  // counted by the parent
  const auto none = difference_from_text(to_text({}));
  CHECK(none.reshaped.empty());
  CHECK(none.rows.empty());
}

TEST_CASE("a difference that no honest child tells is refused with an Error") {
  const std::string good = to_text({.reshaped = {"a"}, .rows = {{"b", 1, 2}}, .files = 0});
  std::vector<std::string> texts{
      "",
      "{",
      "null",
      "[]",
      "7",
      "{}",
      "\xa0",
      std::string(100'000, '['),
      R"({"reshaped":)" + std::string(200, '[') + std::string(200, ']') + R"(,"rows":[]})",
      good.substr(0, good.size() - 1)};
  for (const char* reshaped :
       {"null", "{}", R"({"a":"b"})", "\"users\"", "7", "[7]", "[null]", "[[\"a\"]]"}) {
    texts.push_back(std::string(R"({"rows":[],"reshaped":)") + reshaped + "}");
  }
  for (const char* rows :
       {"null", "{}", R"({"a":["b",1,2]})", "\"b\"", "[null]", "[[]]", "[{}]", R"([["b"]])",
        R"([["b",1]])", R"([[1,1,1]])", R"([["b","1",1]])", R"([["b",-1,0]])", R"([["b",0,-1]])",
        R"([["b",1.5,0]])", R"([["b",1e300,0]])", R"([["b",true,0]])", R"([["b",null,0]])",
        R"([["b",18446744073709551616,0]])", R"([["b",[1],0]])"}) {
    texts.push_back(std::string(R"({"reshaped":[],"rows":)") + rows + "}");
  }
  for (const auto& text : texts) {
    CAPTURE(text.substr(0, 60));
    const Error error = error_of([&] { static_cast<void>(difference_from_text(text)); });
    CHECK(tells(error, "the comparison of two databases cannot be understood"));
    CHECK_FALSE(error.hint().empty());
  }
}

}  // namespace nutricount::deploy
