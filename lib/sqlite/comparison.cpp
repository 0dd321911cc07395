#include "sqlite/comparison.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>
#include <string_view>

#include "os/fd.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/database.hpp"

namespace nutricount::sqlite {
namespace fs = std::filesystem;
namespace {
constexpr int kBusyMilliseconds = 5'000;

// Two databases in one connection: `main` is the live one, `old` the other.
struct Pair {
  Database database;
  fs::path live;
  fs::path old;
};

using Row = std::vector<std::optional<std::string>>;

int keep_row(void* rows, int columns, char** values, char** /*names*/) {
  Row row;
  for (int i = 0; i < columns; ++i) {
    row.push_back(values[i] == nullptr ? std::nullopt : std::optional<std::string>(values[i]));
  }
  static_cast<std::vector<Row>*>(rows)->push_back(std::move(row));
  return 0;
}

std::vector<Row> query(const Pair& pair, const std::string& sql) {
  std::vector<Row> rows;
  sqlite3* database = pair.database.get();
  if (library().exec(database, sql.c_str(), keep_row, &rows, nullptr) == SQLITE_OK) return rows;
  throw failed(database, pair.live, fmt::format("compare {} with", pair.old.string()));
}

std::vector<std::string> texts(const Pair& pair, const std::string& sql) {
  std::vector<std::string> texts;
  for (Row& row : query(pair, sql)) texts.push_back(row.at(0).value_or(""));
  return texts;
}

std::uint64_t number(const std::optional<std::string>& text) {
  return std::stoull(text.value_or("0"));
}

std::string quoted(std::string_view name, char quote) {
  std::string text(1, quote);
  for (const char c : name) text.append(c == quote ? 2 : 1, c);
  return text + quote;
}
std::string identifier(std::string_view name) { return quoted(name, '"'); }
std::string literal(std::string_view name) { return quoted(name, '\''); }

// A path as SQLite reads it in a URI, where "?", "#" and "%" mean something.
std::string address(const fs::path& path, std::string_view options) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
  std::string uri = "file://";
  for (const char c : fs::absolute(path).string()) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri.append(options);
}

Pair open_both(const fs::path& live, std::string_view options, const fs::path& old) {
  constexpr int kFlags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  Pair pair{open_database(address(live, options), kFlags, live), live, old};
  sqlite3* database = pair.database.get();
  library().busy_handler(database, ask_again<kBusyMilliseconds>, nullptr);
  const std::string look = "SELECT count(*) FROM main.sqlite_master";
  run(database, live, "PRAGMA trusted_schema=OFF; " + look, "read");
  run(database, old, "ATTACH " + literal(address(old, "?immutable=1")) + " AS old", "read");
  run(database, live, "BEGIN; " + look, "read");
  return pair;
}

std::vector<std::string> reshaped(const Pair& pair) {
  return texts(pair, R"(
    WITH l AS (SELECT type, name, tbl_name, sql FROM main.sqlite_master),
         o AS (SELECT type, name, tbl_name, sql FROM old.sqlite_master)
    SELECT min(tbl_name) AS name
      FROM (SELECT * FROM (SELECT * FROM l EXCEPT SELECT * FROM o)
            UNION ALL SELECT * FROM (SELECT * FROM o EXCEPT SELECT * FROM l))
     WHERE tbl_name NOT LIKE 'sqlite\_%' ESCAPE '\'
     GROUP BY tbl_name COLLATE NOCASE ORDER BY min(tbl_name))");
}

// Each table's name in the live database and in the old one. Virtual tables have no root page.
std::vector<Row> tables(const Pair& pair) {
  return query(pair, R"(
    SELECT max(live), max(old)
      FROM (SELECT name AS live, NULL AS old, * FROM main.sqlite_master
            UNION ALL SELECT NULL, name, * FROM old.sqlite_master)
     WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
     GROUP BY name COLLATE NOCASE ORDER BY coalesce(max(live), max(old)))");
}

std::vector<std::string> common_columns(const Pair& pair, const std::string& table) {
  return texts(pair, fmt::format(R"(
    SELECT l.name FROM pragma_table_xinfo({0}, 'main') AS l
      JOIN pragma_table_xinfo({0}, 'old') AS o ON o.name = l.name COLLATE NOCASE
     WHERE l.hidden = 0 AND o.hidden = 0 ORDER BY l.cid)",
                                 literal(table)));
}

// The name of the row number, where both tables have one and no column hides it.
std::optional<std::string> row_number(const Pair& pair, const std::string& table) {
  const std::vector<std::string> names = texts(pair, fmt::format(R"(
    SELECT column1 FROM (VALUES ('rowid'), ('_rowid_'), ('oid'))
     WHERE column1 NOT IN (SELECT lower(name) FROM pragma_table_xinfo({0}, 'main')
                           UNION ALL SELECT lower(name) FROM pragma_table_xinfo({0}, 'old'))
       AND NOT EXISTS (SELECT 1 FROM pragma_table_list({0})
                        WHERE wr AND schema IN ('main', 'old')))",
                                                                 literal(table)));
  return names.empty() ? std::nullopt : std::optional(names.front());
}

// The sign takes a column's type away, so that 1 is not '1' where one of the two has another type.
std::string values(const std::string& side, const std::vector<std::string>& columns,
                   bool name_them) {
  std::string list;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    list += fmt::format(", +{}.{} COLLATE BINARY", side, identifier(columns[i]));
    if (name_them) list += fmt::format(" AS c{}", i);
  }
  return list;
}

// Counts equal rows, live ones up and old ones down: what is left over was written, or is gone. A
// row that stayed where it was is left out before, or all of both tables would have to be sorted.
std::string count_of_different(const std::string& table, const std::vector<std::string>& columns,
                               const std::optional<std::string>& row_number) {
  std::string live = fmt::format("main.{} AS l", identifier(table));
  std::string old = fmt::format("old.{} AS o", identifier(table));
  if (row_number) {
    const std::string moved =
        fmt::format(" ON l.{0} = o.{0} WHERE (l.{0}{1}) IS NOT (o.{0}{2})", *row_number,
                    values("l", columns, false), values("o", columns, false));
    const std::string live_alone = live;
    live += " LEFT JOIN " + old + moved;
    old += " LEFT JOIN " + live_alone + moved;
  }
  std::string all;
  for (std::size_t i = 0; i < columns.size(); ++i) all += fmt::format("{}c{}", i ? ", " : "", i);
  return fmt::format(R"(
    SELECT sum(max(n, 0)), sum(max(-n, 0))
      FROM (SELECT sum(side) AS n
              FROM (SELECT 1 AS side{} FROM {} UNION ALL SELECT -1{} FROM {}) GROUP BY {}))",
                     values("l", columns, true), live, values("o", columns, false), old, all);
}

std::uint64_t count(const Pair& pair, const std::string& schema, const std::string& table) {
  const std::string sql = "SELECT count(*) FROM " + schema + "." + identifier(table);
  return number(query(pair, sql).at(0).at(0));
}

TableRows rows_of(const Pair& pair, const Row& names) {
  const std::optional<std::string>& live = names.at(0);
  const std::optional<std::string>& old = names.at(1);
  TableRows rows{live ? *live : *old};
  const std::vector<std::string> columns =
      live && old ? common_columns(pair, *live) : std::vector<std::string>{};
  if (columns.empty()) {
    if (live) rows.written = count(pair, "main", *live);
    if (old) rows.gone = count(pair, "old", *old);
  } else {
    const Row counted =
        query(pair, count_of_different(*live, columns, row_number(pair, *live))).at(0);
    rows.written = number(counted.at(0));
    rows.gone = number(counted.at(1));
  }
  return rows;
}

Difference difference(const Pair& pair) {
  Difference found;
  found.reshaped = reshaped(pair);
  for (const Row& names : tables(pair)) {
    TableRows rows = rows_of(pair, names);
    if (rows.written + rows.gone > 0) found.rows.push_back(std::move(rows));
  }
  return found;
}

bool keeps_wal(const fs::path& path) {
  const os::Fd file = os::open_if_exists(path, O_RDONLY | O_NONBLOCK);
  return file && is_database(file.get()) && uses_wal(file.get());
}

bool unchanged(const struct stat& before, const fs::path& path) {
  struct stat now {};
  const auto same = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return stat(path.c_str(), &now) == 0 && now.st_ino == before.st_ino &&
         now.st_size == before.st_size && same(now.st_mtim, before.st_mtim) &&
         same(now.st_ctim, before.st_ctim);
}

// A database with a WAL that nobody has open: to open it in the usual way would leave two files.
// Nothing where somebody came and wrote it meanwhile.
std::optional<Difference> compare_unused(const fs::path& live, const fs::path& old) {
  struct stat before {};
  if (stat(live.c_str(), &before) != 0) return std::nullopt;
  if (look_at_wal(live) || !keeps_wal(live)) return std::nullopt;
  try {
    Difference found = difference(open_both(live, "?immutable=1", old));
    if (unchanged(before, live)) return found;
  } catch (const Error&) {
    if (unchanged(before, live)) throw;
  }
  return std::nullopt;
}
}  // namespace

Difference compare(const fs::path& live, const fs::path& old) {
  if (std::optional<Difference> found = compare_unused(live, old)) return std::move(*found);
  if (look_at_wal(live)) ensure_room_for_index(live);
  return difference(open_both(live, "", old));
}

}  // namespace nutricount::sqlite
