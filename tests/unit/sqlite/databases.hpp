// Real databases, and other processes at work on them.
#pragma once

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "catching.hpp"
#include "os/child.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::sqlite {
namespace fs = std::filesystem;

/// A connection of the test's own, not of the library's.
class Connection {
 public:
  explicit Connection(const fs::path& path) {
    if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) throw Error("cannot open");
    sqlite3_busy_timeout(database_, 20'000);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { sqlite3_close(database_); }

  /// The first column of the last row.
  std::string run(const std::string& sql) const {
    std::string last;
    const auto keep = [](void* out, int columns, char** values, char**) {
      if (columns > 0 && values[0] != nullptr) *static_cast<std::string*>(out) = values[0];
      return 0;
    };
    if (sqlite3_exec(database_, sql.c_str(), keep, &last, nullptr) != SQLITE_OK) {
      throw Error(sqlite3_errmsg(database_));
    }
    return last;
  }

 private:
  sqlite3* database_ = nullptr;
};

inline std::string ask(const fs::path& path, const std::string& sql) {
  return Connection(path).run(sql);
}

/// A table with rows over many pages, and one with their count.
inline void make_database(const fs::path& path, int rows = 2000) {
  const Connection connection(path);
  connection.run("CREATE TABLE entries(id INTEGER PRIMARY KEY, text); CREATE TABLE total(n);");
  connection.run("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < " +
                 std::to_string(rows) +
                 ") INSERT INTO entries(text) SELECT printf('entry %d of a diary', n) FROM i;");
  connection.run("INSERT INTO total SELECT count(*) FROM entries");
}

/// One more entry and its count, in one transaction.
constexpr const char* kAddEntry =
    "BEGIN; INSERT INTO entries(text) VALUES ('one more'); UPDATE total SET n = n + 1; COMMIT;";

/// Whether both tables tell the same number: not so where half a transaction is there.
inline bool is_consistent(const fs::path& path) {
  return ask(path, "SELECT (SELECT count(*) FROM entries) = (SELECT n FROM total)") == "1";
}

/// A WAL that a killed application left, with `count` more entries in it.
inline void leave_wal(const fs::path& path, int count) {
  CHECK_THROWS_AS(os::do_in_child({.deadline = soon()},
                                  [&] {
                                    const Connection connection(path);
                                    connection.run("PRAGMA journal_mode=WAL");
                                    connection.run("PRAGMA wal_autocheckpoint=0");
                                    for (int i = 0; i < count; ++i) connection.run(kAddEntry);
                                    kill(getpid(), SIGKILL);
                                  }),
                  Error);
  REQUIRE(fs::file_size(path.string() + "-wal") > 0);
}

/// Does `work` with a connection of another process, and `meanwhile` here until that one is killed.
inline void with_another_process(const fs::path& path,
                                 const std::function<void(const Connection&)>& work,
                                 const std::function<void(pid_t other)>& meanwhile) {
  std::optional<os::ProcessId> other;
  os::Bounds bounds{.deadline = Deadline(Milliseconds(60'000))};
  bounds.on_start = [&](const os::ProcessId& process) { other = process; };
  const Error ended = error_of([&] {
    static_cast<void>(os::run_in_child(
        bounds,
        [&](const os::Report& report) -> std::string {
          const Connection connection(path);
          work(connection);
          report("ready");
          while (true) pause();
        },
        [&](std::string_view) {
          meanwhile(other.value().pid);
          kill(other.value().pid, SIGKILL);
        }));
  });
  REQUIRE(tells(ended, "status 137"));
}

}  // namespace nutricount::sqlite
