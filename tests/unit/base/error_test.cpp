#include "base/error.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace nutricount;

TEST_CASE("an error has what went wrong, what to do, and how the system was left") {
  const Error plain("what");
  CHECK(std::string(plain.what()) == "what");
  CHECK(plain.hint().empty());
  CHECK(plain.status() == ExitStatus::kNo);
  const Error usage = usage_error("what", "do this");
  CHECK(usage.hint() == "do this");
  CHECK(usage.status() == ExitStatus::kUsage);
  const Error copy = Error("what", "do this", ExitStatus::kHandsNeeded);
  CHECK(copy.status() == ExitStatus::kHandsNeeded);
}

TEST_CASE("the exit statuses are those that scripts know") {
  CHECK(static_cast<int>(ExitStatus::kDone) == 0);
  CHECK(static_cast<int>(ExitStatus::kNo) == 1);
  CHECK(static_cast<int>(ExitStatus::kUsage) == 2);
  CHECK(static_cast<int>(ExitStatus::kHandsNeeded) == 3);
  CHECK(static_cast<int>(ExitStatus::kLocked) == 4);
  CHECK(static_cast<int>(ExitStatus::kInterrupted) == 130);
  CHECK(static_cast<int>(ExitStatus::kTerminated) == 143);
}

TEST_CASE("a failed system call says which, and knows what helps") {
  const Error error = system_error(ENOENT, "cannot open /no/such");
  CHECK(std::string(error.what()) == "cannot open /no/such: No such file or directory");
  CHECK(error.status() == ExitStatus::kNo);
  errno = ENOTDIR;
  CHECK(std::string(system_error("cannot enter x").what()) == "cannot enter x: Not a directory");
  for (const auto& row :
       {std::pair(ENOSPC, "df -h"), std::pair(EDQUOT, "quota"), std::pair(EROFS, "read-only"),
        std::pair(EIO, "dmesg"), std::pair(EACCES, "as root"), std::pair(EPERM, "as root"),
        std::pair(EMFILE, "ulimit"), std::pair(ENFILE, "ulimit")}) {
    CAPTURE(row.first);
    CHECK(system_error(row.first, "x").hint().find(row.second) != std::string::npos);
  }
  CHECK(system_error(ENOSPC, "x", "do that").hint() == "do that");
}
