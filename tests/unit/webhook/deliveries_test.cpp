#include "webhook/deliveries.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/error.hpp"
#include "scratch.hpp"

namespace nutricount::webhook {
namespace {
constexpr Timestamp kTime{std::chrono::hours(24)};

struct Remembered : Scratch {
  [[nodiscard]] std::filesystem::path path() const { return root / "deliveries.jsonl"; }
  [[nodiscard]] Deliveries open() const { return Deliveries(path()); }
  [[nodiscard]] std::size_t lines() const {
    const std::string all = read("deliveries.jsonl");
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n'));
  }
};
}  // namespace

TEST_CASE("an answer is remembered, also by the next process") {
  const Remembered remembered;
  Deliveries deliveries = remembered.open();
  CHECK_FALSE(deliveries.answer("one"));
  deliveries.remember("one", R"({"status":"success"})", kTime);
  CHECK(deliveries.answer("one") == R"({"status":"success"})");
  CHECK(remembered.open().answer("one") == R"({"status":"success"})");
  CHECK_FALSE(remembered.open().answer("two"));
  CHECK(remembered.read("deliveries.jsonl") ==
        "{\"time\":\"1970-01-02T00:00:00.000Z\",\"delivery\":\"one\","
        "\"answer\":\"{\\\"status\\\":\\\"success\\\"}\"}\n");
  struct stat st {};
  REQUIRE(stat(remembered.path().c_str(), &st) == 0);
  CHECK((st.st_mode & 0137U) == 0);
}

TEST_CASE("a last line that a power cut tore is forgotten, and the next one is whole") {
  const Remembered remembered;
  {
    Deliveries deliveries = remembered.open();
    deliveries.remember("one", "1", kTime);
    deliveries.remember("two", "2", kTime);
  }
  const std::string whole = remembered.read("deliveries.jsonl");
  for (std::size_t length = whole.find('\n') + 2; length < whole.size(); ++length) {
    remembered.write("deliveries.jsonl", whole.substr(0, length));
    Deliveries deliveries = remembered.open();
    CHECK(deliveries.answer("one") == "1");
    deliveries.remember("three", "3", kTime);
    const Deliveries again = remembered.open();
    CHECK(again.answer("one") == "1");
    CHECK(again.answer("three") == "3");
    // Without its line end only, the line says all the same what it said.
    CHECK(again.answer("two").has_value() == (length == whole.size() - 1));
  }
}

TEST_CASE("lines that say something else are left out, and the others count") {
  const Remembered remembered;
  remembered.write("deliveries.jsonl",
                   "\n[]\nnull\n{}\ngarbage\n{\"delivery\":1,\"answer\":\"x\"}\n"
                   "{\"delivery\":\"a\",\"answer\":null}\n" +
                       std::string(5000, '[') + "\n{\"delivery\":\"b\",\"answer\":\"2\"}\n" +
                       std::string(3, '\0') + "\n{\"delivery\":\"b\",\"answer\":\"3\"}\n");
  const Deliveries deliveries = remembered.open();
  CHECK(deliveries.answer("b") == "3");
  CHECK_FALSE(deliveries.answer("a"));
  CHECK_FALSE(deliveries.answer(""));
}

TEST_CASE("an id may be anything, and stays one line") {
  const Remembered remembered;
  Deliveries deliveries = remembered.open();
  const std::string odd = "a\n\"b\"\\";
  deliveries.remember(odd, "1", kTime);
  deliveries.remember("broken \xff", "2", kTime);  // which is not UTF-8
  CHECK(remembered.lines() == 2);
  CHECK(remembered.open().answer(odd) == "1");
}

TEST_CASE("the newest thousand are kept, in memory and on disk") {
  const Remembered remembered;
  std::string lines;
  for (int i = 0; i < 1995; ++i) {
    lines += fmt::format("{{\"delivery\":\"{}\",\"answer\":\"x\"}}\n", i);
  }
  remembered.write("deliveries.jsonl", lines);
  {
    Deliveries deliveries = remembered.open();
    CHECK_FALSE(deliveries.answer("994"));
    CHECK(deliveries.answer("995"));
    for (int i = 1995; i < 2010; ++i) deliveries.remember(std::to_string(i), "x", kTime);
    CHECK_FALSE(deliveries.answer("1009"));
    CHECK(deliveries.answer("1010"));
    CHECK(deliveries.answer("2009"));
  }
  CHECK(remembered.lines() == Deliveries::kMost + 10);  // made anew at 2000, then appended to
  Deliveries again = remembered.open();
  CHECK_FALSE(again.answer("1009"));
  CHECK(again.answer("1010"));
  for (int i = 0; i < 1000; ++i) lines += "garbage\n";
  remembered.write("deliveries.jsonl", lines);
  again = remembered.open();
  CHECK(again.answer("1994"));
  again.remember("one more", "x", kTime);
  CHECK(remembered.lines() == Deliveries::kMost + 1);
}

TEST_CASE("one that is answered again does not push others out") {
  const Remembered remembered;
  Deliveries deliveries = remembered.open();
  deliveries.remember("first", "1", kTime);
  for (int i = 0; i < 5; ++i) deliveries.remember("again", std::to_string(i), kTime);
  CHECK(deliveries.answer("first") == "1");
  CHECK(remembered.open().answer("again") == "4");
}

TEST_CASE("where it cannot be written it says so, and remembers nothing") {
  const Remembered remembered;
  Deliveries deliveries = remembered.open();
  std::filesystem::create_directory(remembered.path());
  CHECK_THROWS_AS(deliveries.remember("one", "1", kTime), Error);
  CHECK_FALSE(deliveries.answer("one"));
  CHECK_THROWS_AS(remembered.open(), Error);
}

}  // namespace nutricount::webhook
