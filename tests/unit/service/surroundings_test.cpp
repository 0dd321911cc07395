#include <pwd.h>

#include <csignal>

#include <nlohmann/json.hpp>

#include "os/lock.hpp"
#include "playground.hpp"

namespace nutricount::service {
namespace {
const std::string kReport = R"(
import json, os, time
status = dict(line.split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
report = {
    "uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups(),
    "home": os.environ.get("HOME"), "path": os.environ.get("PATH"), "cwd": os.getcwd(),
    "secret": "WEBHOOK_SECRET" in os.environ, "key": "NUTRICOUNT_DEPLOY_LOG_FILE" in os.environ,
    "kept": os.environ.get("DIARY_KEPT"), "sid": os.getsid(0), "pid": os.getpid(),
    "ignored": int(status["SigIgn"], 16), "blocked": int(status["SigBlk"], 16),
    "files": {fd: os.readlink("/proc/self/fd/" + fd) for fd in ("0", "1", "2")},
    "others": [fd for fd in os.listdir("/proc/self/fd") if int(fd) > 2],
}
os.umask(report.setdefault("umask", os.umask(0)))
with open("report.new", "w") as file: json.dump(report, file)
os.rename("report.new", "report")
time.sleep(1000)
)";

nlohmann::json report_of(const Playground& place) {
  REQUIRE(comes_true([&] { return !place.said("report").empty(); }));
  return nlohmann::json::parse(place.said("report"));
}
}  // namespace

TEST_CASE("the application inherits nothing of the deployer") {
  const Playground place(kPython, kReport);
  setenv("WEBHOOK_SECRET", "s3cret", 1);
  setenv("NUTRICOUNT_DEPLOY_LOG_FILE", "/dev/null", 1);
  setenv("DIARY_KEPT", "yes", 1);
  setenv("PATH", "/strange", 1);
  const auto handler = std::signal(SIGTERM, SIG_IGN);
  const auto lock = os::FileLock::take(place.root / "lock", soon());
  const int leaked = open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  REQUIRE(leaked > 2);
  place.manager()->start(soon());
  close(leaked);
  std::signal(SIGTERM, handler);
  setenv("PATH", "/usr/bin:/bin", 1);

  const auto report = report_of(place);
  // Python lists its own directory descriptor as well.
  CHECK(report.at("others").size() == 1);
  CHECK(report.at("files").at("0") == "/dev/null");
  CHECK(report.at("files").at("1") == (place.root / "state" / "app.log").string());
  CHECK(report.at("files").at("2") == report.at("files").at("1"));
  CHECK_FALSE(report.at("secret").get<bool>());
  CHECK_FALSE(report.at("key").get<bool>());
  CHECK(report.at("kept") == "yes");
  CHECK(report.at("path") ==
        "/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  CHECK(report.at("cwd") == place.settings.directory.string());
  CHECK(report.at("sid") == report.at("pid"));
  CHECK(report.at("umask") == 022);
  CHECK(report.at("blocked") == 0);
  CHECK((report.at("ignored").get<std::uint64_t>() & (1U << (SIGTERM - 1))) == 0);
}

TEST_CASE("root starts it as the owner, and its log is the owner's" *
          doctest::skip(geteuid() != 0)) {
  Playground place(kPython, kReport);
  const passwd* user = getpwnam("nobody");
  REQUIRE(user != nullptr);
  const uid_t uid = user->pw_uid;
  REQUIRE(chown(place.settings.directory.c_str(), uid, user->pw_gid) == 0);
  REQUIRE(chmod((place.root / "state").c_str(), 0700) == 0);  // closed to the owner
  place.settings.owner = os::owner_of(place.settings.directory);
  const auto manager = place.manager();
  manager->start(soon());
  const auto report = report_of(place);
  CHECK(report.at("uid") == nlohmann::json{uid, uid, uid});
  CHECK(report.at("gid").at(1) == place.settings.owner.gid);
  CHECK(report.at("groups") == nlohmann::json{user->pw_gid});  // none of root's
  CHECK(report.at("home") == place.settings.owner.home.string());
  CHECK(os::look_at(place.root / "state" / "app.log")->st_uid == uid);
  CHECK(os::look_at(place.pidfile())->st_uid == 0);
  CHECK(os::look_at(place.root / "app" / "report")->st_uid == uid);
  manager->stop(soon());
  CHECK(manager->states().at(0).active == "inactive");
}

}  // namespace nutricount::service
