#include "differences.hpp"

namespace nutricount::sqlite {
namespace {
using Names = std::vector<std::string>;

/// A live database and a copy of what it was before.
struct Copied {
  Scratch place;
  fs::path live = place.root / "live.db";
  fs::path old = place.root / "old.db";

  explicit Copied(const std::string& sql) {
    ask(live, sql);
    fs::copy_file(live, old);
  }
  [[nodiscard]] Difference after(const std::string& sql) const {
    ask(live, sql);
    return compare(live, old);
  }
};

constexpr const char* kFoods =
    "CREATE TABLE foods(id INTEGER PRIMARY KEY, name TEXT, kcal, note COLLATE NOCASE);"
    "INSERT INTO foods(name, kcal, note) VALUES ('apple', 52, 'red'), ('bread', 265, NULL),"
    " ('milk', 64, x'00ff'), ('rice', 130.5, ''), ('egg', 155, 'big');";
}  // namespace

TEST_CASE("a copy that was just made differs in nothing") {
  const Copied two(kFoods);
  const Difference same = compare(two.live, two.old);
  CHECK(same.reshaped.empty());
  CHECK(same.rows.empty());
  const Difference itself = compare(two.live, two.live);
  CHECK(itself.rows.empty());
}

TEST_CASE("rows are counted as written and as gone") {
  const Copied two(kFoods);
  const auto expect = [&](const char* sql, const char* rows) {
    CAPTURE(sql);
    const Difference found = two.after(sql);
    CHECK(found.reshaped.empty());
    CHECK(told(found) == rows);
  };
  SUBCASE("new") { expect("INSERT INTO foods(name) VALUES ('oats'), ('tea')", "foods 2/0"); }
  SUBCASE("deleted") { expect("DELETE FROM foods WHERE id IN (1, 2, 5)", "foods 0/3"); }
  SUBCASE("all deleted") { expect("DELETE FROM foods", "foods 0/5"); }
  SUBCASE("changed") { expect("UPDATE foods SET kcal = 53 WHERE id = 1", "foods 1/1"); }
  SUBCASE("changed and back") {
    expect("UPDATE foods SET kcal = kcal + 1; UPDATE foods SET kcal = kcal - 1", "");
  }
  SUBCASE("case, where the column does not mind") {
    expect("UPDATE foods SET note = 'RED' WHERE id = 1", "foods 1/1");
  }
  SUBCASE("to NULL") { expect("UPDATE foods SET note = NULL WHERE id = 4", "foods 1/1"); }
  SUBCASE("from NULL") { expect("UPDATE foods SET note = '' WHERE id = 2", "foods 1/1"); }
  SUBCASE("another type") { expect("UPDATE foods SET kcal = '52' WHERE id = 1", "foods 1/1"); }
  SUBCASE("the same number") { expect("UPDATE foods SET kcal = 52.0 WHERE id = 1", ""); }
  SUBCASE("a byte of a blob") {
    expect("UPDATE foods SET note = x'00fe' WHERE id = 3", "foods 1/1");
  }
  SUBCASE("text for a blob") {
    expect("UPDATE foods SET name = CAST(name AS BLOB) WHERE id = 3", "foods 1/1");
  }
  SUBCASE("all of it") {
    expect(
        "INSERT INTO foods(name) VALUES ('oats'); DELETE FROM foods WHERE id < 3;"
        "UPDATE foods SET name = 'hen''s egg' WHERE id = 5; CREATE TABLE temp.t(x)",
        "foods 2/3");
  }
  SUBCASE("by VACUUM, nothing") { expect("VACUUM", ""); }
}

TEST_CASE("equal rows are counted one by one") {
  const Copied two(
      "CREATE TABLE marks(a, b); INSERT INTO marks VALUES (1, 2), (1, 2), (NULL, 'x')");
  const auto expect = [&](const char* sql, const char* rows) {
    CHECK(told(two.after(sql)) == rows);
  };
  SUBCASE("two more") { expect("INSERT INTO marks VALUES (7, 7), (7, 7)", "marks 2/0"); }
  SUBCASE("two more of a known one") {
    expect("INSERT INTO marks VALUES (1, 2), (1, 2)", "marks 2/0");
  }
  SUBCASE("one of two deleted") { expect("DELETE FROM marks WHERE rowid = 1", "marks 0/1"); }
  SUBCASE("with NULL") { expect("INSERT INTO marks VALUES (NULL, 'x')", "marks 1/0"); }
  SUBCASE("only their order is another") {
    expect(
        "CREATE TEMP TABLE t AS SELECT * FROM marks ORDER BY a; DELETE FROM marks;"
        "INSERT INTO marks VALUES (5, 5), (6, 6); INSERT INTO marks SELECT * FROM t;"
        "DELETE FROM marks WHERE a > 4",
        "");
  }
}

TEST_CASE("a changed shape is told apart from changed rows") {
  const Copied two(std::string(kFoods) +
                   "CREATE TABLE Meals(day, kcal); INSERT INTO Meals VALUES (1, 500), (2, 700);"
                   "CREATE INDEX by_day ON Meals(day);"
                   "CREATE VIEW days AS SELECT day FROM Meals;");
  const auto expect = [&](const char* sql, const Names& reshaped, const char* rows) {
    CAPTURE(sql);
    const Difference found = two.after(sql);
    CHECK(found.reshaped == reshaped);
    CHECK(told(found) == rows);
  };
  SUBCASE("column added") {
    expect("ALTER TABLE Meals ADD COLUMN note DEFAULT 'none'", {"Meals"}, "");
  }
  SUBCASE("column added, and a row") {
    expect("ALTER TABLE Meals ADD COLUMN note; INSERT INTO Meals VALUES (3, 1, 'x')", {"Meals"},
           "Meals 1/0");
  }
  SUBCASE("column dropped") { expect("ALTER TABLE Meals DROP COLUMN kcal", {"Meals"}, ""); }
  SUBCASE("every column renamed") {
    expect("DROP VIEW days; ALTER TABLE Meals RENAME day TO a; ALTER TABLE Meals RENAME kcal TO b",
           {"Meals", "days"}, "Meals 2/2");
  }
  SUBCASE("name of a column written otherwise") {
    expect("ALTER TABLE Meals RENAME kcal TO KCAL", {"Meals"}, "");
  }
  SUBCASE("name of the table written otherwise") {
    expect("ALTER TABLE Meals RENAME TO m; ALTER TABLE m RENAME TO meals", {"Meals", "days"}, "");
  }
  SUBCASE("another type, and other values") {
    expect(
        "DROP VIEW days; CREATE TABLE m(day TEXT, kcal); INSERT INTO m SELECT * FROM Meals;"
        "DROP TABLE Meals; ALTER TABLE m RENAME TO Meals; CREATE INDEX by_day ON Meals(day);"
        "CREATE VIEW days AS SELECT day FROM Meals",
        {"Meals"}, "Meals 2/2");
  }
  SUBCASE("new tables") {
    expect("CREATE TABLE drinks(x); INSERT INTO drinks VALUES (1), (1); CREATE TABLE bare(x)",
           {"bare", "drinks"}, "drinks 2/0");
  }
  SUBCASE("table dropped") { expect("DROP TABLE foods", {"foods"}, "foods 0/5"); }
  SUBCASE("index dropped") { expect("DROP INDEX by_day", {"Meals"}, ""); }
  SUBCASE("index of another kind") {
    expect("DROP INDEX by_day; CREATE UNIQUE INDEX by_day ON Meals(day)", {"Meals"}, "");
  }
  SUBCASE("trigger") {
    expect("CREATE TRIGGER t AFTER DELETE ON foods BEGIN DELETE FROM Meals; END", {"foods"}, "");
  }
  SUBCASE("view") {
    expect("DROP VIEW days; CREATE VIEW days AS SELECT DISTINCT day FROM Meals", {"days"}, "");
  }
  SUBCASE("what ANALYZE and AUTOINCREMENT keep") {
    expect("ANALYZE; CREATE TABLE n(i INTEGER PRIMARY KEY AUTOINCREMENT)", {"n"}, "");
  }
}

TEST_CASE("tables without a row number, or with columns of that name") {
  const Copied two(
      "CREATE TABLE keyed(a, b, PRIMARY KEY(a, b)) WITHOUT ROWID;"
      "CREATE TABLE one(rowid, x); CREATE TABLE three(ROWID, _rowid_, oid, x);"
      "CREATE TABLE made(x, twice AS (x * 2), rowid AS (x) STORED);"
      "INSERT INTO keyed VALUES (1, 1), (1, 2), (2, 1); INSERT INTO one VALUES (1, 1), (1, 2);"
      "INSERT INTO three VALUES (1, 1, 1, 1), (1, 1, 1, 1); INSERT INTO made VALUES (1), (2)");
  CHECK(told(compare(two.live, two.old)).empty());
  const Difference found = two.after(
      "INSERT INTO keyed VALUES (2, 2); UPDATE keyed SET b = 9 WHERE a = 1 AND b = 1;"
      "DELETE FROM one WHERE x = 2; INSERT INTO three VALUES (1, 1, 1, 1), (1, 1, 1, 2);"
      "UPDATE made SET x = 5 WHERE x = 1");
  CHECK(found.reshaped.empty());
  CHECK(told(found) == "keyed 2/1, made 1/1, one 0/1, three 2/0");
}

TEST_CASE("names may hold any character") {
  const Scratch place;
  for (const char* name : {"it's \"here\".db", "a b.db", "a?mode=rwc.db", "a#b.db", "100%25.db",
                           "\xff\xfe.db", "a;b&c=d.db", "\xc3\xa9\n.db"}) {
    CAPTURE(name);
    const fs::path live = place.root / name;
    const fs::path old = place.root / (std::string("old ") + name);
    const bool wal = std::string(name) == "a b.db";
    ask(live, R"(CREATE TABLE "a ""b"" 'c'; --%?"("x ""y""", "", 'it''s', [select]);
                 CREATE TABLE ""(a); CREATE TABLE "old"(main, l, o, side, c0, n);)");
    if (wal) ask(live, "PRAGMA journal_mode=WAL");
    fs::copy_file(live, old);
    const auto before = files_of(place);
    CHECK(told(compare(live, old)).empty());
    CHECK(files_of(place) == before);
    ask(live, R"(INSERT INTO "a ""b"" 'c'; --%?" VALUES (1, 2, 3, 4); INSERT INTO "" VALUES (1);
                 INSERT INTO "old" VALUES (1, 2, 3, 4, 5, 6); UPDATE "" SET a = 2;)");
    CHECK(told(compare(live, old)) == " 1/0, a \"b\" 'c'; --%? 1/0, old 1/0");
    CHECK(told(compare(old, live)) == " 0/1, a \"b\" 'c'; --%? 0/1, old 0/1");
  }
}

TEST_CASE("a path is taken from the directory of the process") {
  const Scratch place;
  const fs::path before = fs::current_path();
  fs::current_path(place.root);
  ask("live.db", kFoods);
  fs::copy_file("live.db", "old.db");
  ask("live.db", "DELETE FROM foods WHERE id = 1");
  CHECK(told(compare("live.db", "old.db")) == "foods 0/1");
  fs::current_path(before);
}

TEST_CASE("a virtual table has a shape; its rows are in the tables below it") {
  const Copied two(
      "CREATE TABLE diary(x); CREATE VIRTUAL TABLE found USING fts5(words);"
      "INSERT INTO found VALUES ('an apple a day')");
  const Difference rows = two.after("INSERT INTO found VALUES ('and some bread')");
  CHECK(rows.reshaped.empty());
  CHECK(told(rows).find("found_content 1/0, found_data ") == 0);
  const Difference shape = two.after(
      "DROP TABLE found; CREATE VIRTUAL TABLE found USING fts5(words, more);"
      "INSERT INTO found VALUES ('an apple a day', '')");
  CHECK(shape.reshaped == Names{"found", "found_content"});
  CHECK(told(shape).find("found ") == std::string::npos);
}

TEST_CASE("what is no database, or is not there, is named") {
  const Scratch place;
  const fs::path sound = place.root / "sound.db";
  make_database(sound, 100);
  place.write("text.db", std::string(5000, 'x'));
  for (const char* name : {"text.db", "none.db"}) {
    const fs::path bad = place.root / name;
    const std::string words = fs::exists(bad) ? "file is not a database" : "unable to open";
    for (const bool live : {true, false}) {
      const Error error =
          error_of([&] { static_cast<void>(live ? compare(bad, sound) : compare(sound, bad)); });
      CAPTURE(error.what());
      CHECK(tells(error, " " + bad.string() + ": " + words));
      CHECK_FALSE(tells(error, sound.string()));
      CHECK_FALSE(error.hint().empty());
    }
  }
  CHECK(files_of(place).size() == 2);
}

TEST_CASE("a damaged table is an error with both names") {
  const Scratch place;
  const fs::path live = place.root / "live.db";
  const fs::path old = place.root / "old.db";
  make_database(live);
  fs::copy_file(live, old);
  {
    std::fstream file(old, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(5L * 4096);
    file << std::string(4096, '\x2a');
  }
  const Error error = error_of([&] { static_cast<void>(compare(live, old)); });
  CHECK(tells(error, "cannot compare " + old.string() + " with " + live.string() + ": "));
  CHECK(tells(error, "malformed"));
}

TEST_CASE("an empty file is a database without tables") {
  const Scratch place;
  make_database(place.root / "x.db", 10);
  place.write("empty.db", "");
  const Difference found = compare(place.root / "x.db", place.root / "empty.db");
  CHECK(found.reshaped == Names{"entries", "total"});
  CHECK(told(found) == "entries 10/0, total 1/0");
}

}  // namespace nutricount::sqlite
