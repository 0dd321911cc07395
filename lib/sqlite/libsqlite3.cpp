#include "sqlite/libsqlite3.hpp"

#include "os/library.hpp"

namespace nutricount::sqlite {
namespace {
Library load() {
  const os::Library file("libsqlite3.so.0", "libsqlite3-0");
  Library loaded{};
  file.find("sqlite3_busy_handler", loaded.busy_handler);
  file.find("sqlite3_busy_timeout", loaded.busy_timeout);
  file.find("sqlite3_close", loaded.close);
  file.find("sqlite3_db_config", loaded.db_config);
  file.find("sqlite3_errcode", loaded.errcode);
  file.find("sqlite3_errmsg", loaded.errmsg);
  file.find("sqlite3_exec", loaded.exec);
  file.find("sqlite3_open_v2", loaded.open_v2);
  return loaded;
}
}  // namespace

const Library& library() {
  static const Library loaded = load();
  return loaded;
}

}  // namespace nutricount::sqlite
