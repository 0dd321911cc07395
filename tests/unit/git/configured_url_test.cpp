#include "git/configured_url.hpp"

#include <doctest/doctest.h>

using nutricount::git::configured_url;

TEST_CASE("the url of a remote is its own, not another key's and not another remote's") {
  const char* config =
      "[remote \"backup\"]\n\turl = /mnt/backup.git\n"
      "[remote \"origin\"]\n\tpushurl = git@host:push\n\turl=https://host/x\n"
      "[remote \"empty\"]\n\tfetch = +refs/heads/*:refs/remotes/empty/*\n"
      "[branch \"main\"]\n\turl = no\n";
  CHECK(configured_url(config, "origin") == "https://host/x");
  CHECK(configured_url(config, "backup") == "/mnt/backup.git");
  CHECK(configured_url(config, "empty") == "empty");
  CHECK(configured_url(config, "other") == "other");
}
