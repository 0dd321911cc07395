// libsqlite3, loaded when the first database is opened.
#pragma once

#include <sqlite3.h>

namespace nutricount::sqlite {

/// The functions of libsqlite3 that are used here, under their own names.
struct Library {
  decltype(&sqlite3_busy_handler) busy_handler;
  decltype(&sqlite3_busy_timeout) busy_timeout;
  decltype(&sqlite3_close) close;
  decltype(&sqlite3_db_config) db_config;
  decltype(&sqlite3_errcode) errcode;
  decltype(&sqlite3_errmsg) errmsg;
  decltype(&sqlite3_exec) exec;
  decltype(&sqlite3_open_v2) open_v2;
};

/// Loads it at the first call. Throws Error where it is not installed.
[[nodiscard]] const Library& library();

}  // namespace nutricount::sqlite
