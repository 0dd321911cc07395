#include "model/data_rule.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace nutricount::model;

namespace {
using Rows = std::vector<TableRows>;
using Decision = DataDecision;
constexpr auto kNone = DataChoice::kNone;
constexpr auto kKeep = DataChoice::kKeep;
constexpr auto kRestore = DataChoice::kRestore;

const DataDifference kSame{};
const DataDifference kWritten{.reshaped = {}, .rows = {{"users", 3, 0}}, .files = 1};
const DataDifference kReshaped{.reshaped = {"users"}, .rows = {}, .files = 0};
const DataDifference kReshapedAndWritten{.reshaped = {"users"}, .rows = {{"x", 1, 0}}, .files = 0};
const DataDifference kReshapedAndDeleted{.reshaped = {"users"}, .rows = {{"x", 0, 1}}, .files = 0};
const DataDifference kReshapedAndFiles{.reshaped = {"users"}, .rows = {}, .files = 1};
}  // namespace

TEST_CASE("rows are given up only by choice") {
  struct Case {
    const DataDifference* difference;
    Decision without_choice;
  };
  const std::array cases{
      Case{nullptr, Decision::kUnknown},          Case{&kSame, Decision::kStays},
      Case{&kWritten, Decision::kStays},          Case{&kReshaped, Decision::kGoesBack},
      Case{&kReshapedAndWritten, Decision::kAsk}, Case{&kReshapedAndDeleted, Decision::kAsk},
      Case{&kReshapedAndFiles, Decision::kAsk},
  };
  for (const auto& one : cases) {
    CAPTURE(&one - cases.data());
    CHECK(decide_data(kNone, true, one.difference) == one.without_choice);
    CHECK(decide_data(kKeep, true, one.difference) == Decision::kStays);
    CHECK(decide_data(kRestore, true, one.difference) == Decision::kGoesBack);
  }
}

TEST_CASE("without a backup there is nothing to compare with or to put back") {
  CHECK(decide_data(kNone, false, nullptr) == Decision::kUnknown);
  CHECK(decide_data(kKeep, false, nullptr) == Decision::kStays);
  CHECK(decide_data(kRestore, false, nullptr) == Decision::kNothing);
}

TEST_CASE("what is set aside is counted in words") {
  struct Case {
    Rows rows;
    std::uint64_t files;
    const char* words;
  };
  const std::vector<Case> cases{
      {{}, 0, ""},
      {{{"empty", 0, 0}}, 0, ""},
      {{{"users", 1, 0}}, 0, "1 row (users 1)"},
      {{{"log_entries", 38, 0}, {"products", 3, 0}}, 0, "41 rows (log_entries 38, products 3)"},
      {{{"users", 0, 2}}, 0, "2 deleted rows (users 2)"},
      {{{"users", 0, 1}}, 0, "1 deleted row (users 1)"},
      {{{"users", 2, 2}}, 0, "2 rows (users 2)"},  // changed
      {{{"users", 2, 3}}, 0, "2 rows (users 2) and 1 deleted row (users 1)"},
      {{{"a", 1, 0}, {"b", 0, 4}}, 3, "1 row (a 1) and 4 deleted rows (b 4) and 3 files"},
      {{}, 1, "1 file"},
      {{{"a", 1, 0}, {"b", 1, 0}, {"c", 1, 0}, {"d", 1, 0}, {"e", 1, 0}},
       0,
       "5 rows (a 1, b 1, c 1, d 1, e 1)"},
      {{{"a", 1, 0},
        {"z", 0, 0},
        {"b", 1, 0},
        {"c", 1, 0},
        {"d", 1, 0},
        {"e", 1, 0},
        {"f", 9, 0},
        {"g", 1, 0}},
       0,
       "15 rows (a 1, b 1, c 1, d 1, e 1, 2 more)"},
  };
  for (const auto& one : cases) CHECK(in_words(one.rows, one.files) == one.words);
}
