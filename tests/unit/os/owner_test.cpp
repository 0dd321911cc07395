#include "os/owner.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catching.hpp"
#include "os/child.hpp"
#include "os/command.hpp"
#include "os/file.hpp"
#include "scratch.hpp"
#include "waiting.hpp"

namespace nutricount::os {
namespace {
const bool kNotRoot = geteuid() != 0;

Owner nobody() {
  const passwd* entry = getpwnam("nobody");
  REQUIRE(entry != nullptr);
  return {entry->pw_uid, entry->pw_gid, "nobody", "/nonexistent"};
}
constexpr uid_t kUnknown = 54321;
}  // namespace

TEST_CASE("the user that this process runs as") {
  const Owner me = current_user();
  CHECK(me.uid == geteuid());
  const passwd* entry = getpwuid(geteuid());
  REQUIRE(entry != nullptr);
  CHECK(me.name == entry->pw_name);
  CHECK(me.home == entry->pw_dir);
  CHECK(me.gid == entry->pw_gid);
}

TEST_CASE("a path's owner, and the one that a new path would have") {
  const Scratch place;
  CHECK(owner_of(place.root).uid == geteuid());
  CHECK(owner_below(place.root / "not/yet/there").uid == geteuid());
  CHECK(owner_below("/no/such/place").uid == 0);
  CHECK(tells(error_of([] { static_cast<void>(owner_of("/no/such/place")); }),
              "cannot look at /no/such/place: No such file"));
}

TEST_CASE("the owner's group is that of passwd, not of the file" * doctest::skip(kNotRoot)) {
  const Scratch place;
  const Owner user = nobody();
  REQUIRE(chown(place.root.c_str(), user.uid, 4) == 0);
  const Owner found = owner_of(place.root);
  CHECK(found.name == "nobody");
  CHECK(found.gid == user.gid);
  CHECK(owner_below(place.root / "not/yet/there").uid == user.uid);

  std::filesystem::create_symlink("/", place.root / "link");  // root's, to root's
  REQUIRE(lchown((place.root / "link").c_str(), user.uid, user.gid) == 0);
  CHECK(owner_of(place.root / "link").uid == 0);  // of what it leads to
}

TEST_CASE("a user without an entry has its number for a name" * doctest::skip(kNotRoot)) {
  const Scratch place;
  REQUIRE(chown(place.root.c_str(), kUnknown, 54322) == 0);
  const Owner found = owner_of(place.root);
  CHECK(found.uid == kUnknown);
  CHECK(found.gid == 54322);
  CHECK(found.name == "54321");
  CHECK(found.home == "/");
  CHECK(run({.argv = {"sh", "-c", "id -u; id -G; echo $HOME"}}, {.owner = found}).output ==
        "54321\n54322\n/\n");
}

TEST_CASE("a command of root's runs as the owner, with its groups and files" *
          doctest::skip(kNotRoot)) {
  const Scratch place;
  const Owner user = nobody();
  REQUIRE(chown(place.root.c_str(), user.uid, user.gid) == 0);
  const auto result =
      run({.argv = {"sh", "-c",
                    "id -u; id -ru; id -g; id -G; echo $HOME $USER $LOGNAME; touch made; mkdir in"},
           .directory = place.root},
          {.owner = user});
  const std::string groups = run({.argv = {"id", "-G", "nobody"}}, {}).output;  // none of root's
  CHECK(result.output == "65534\n65534\n65534\n" + groups + "/nonexistent nobody nobody\n");
  for (const char* name : {"made", "in"}) {
    const auto st = look_at(place.root / name);
    REQUIRE(st);
    CHECK(st->st_uid == user.uid);
    CHECK(st->st_gid == user.gid);
  }
}

TEST_CASE("there is no way back to root" * doctest::skip(kNotRoot)) {
  const std::string said = run_in_child({.owner = nobody()}, [](const Report&) {
    uid_t real = 0;
    uid_t effective = 0;
    uid_t saved = 0;
    getresuid(&real, &effective, &saved);
    const bool back = setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0;
    return std::to_string(real) + std::to_string(effective) + std::to_string(saved) +
           (back ? " root again" : "");
  });
  CHECK(said == "655346553465534");
  CHECK(geteuid() == 0);
}

TEST_CASE("the owner still dies with its parent and still has a group of its own" *
          doctest::skip(kNotRoot)) {
  std::optional<ProcessId> child;
  Bounds bounds{.owner = nobody(), .deadline = Deadline(Milliseconds(300))};
  bounds.on_start = [&](const ProcessId& process) { child = process; };
  CHECK_THROWS_AS(static_cast<void>(run({.argv = {"sleep", "1000"}}, bounds)), Error);
  REQUIRE(child);
  CHECK_FALSE(is_alive(*child));
}

TEST_CASE("who may not become another user is told what to do" * doctest::skip(kNotRoot)) {
  const Owner root = current_user();
  const Error error = error_of(
      [&] { do_in_child({.owner = nobody()}, [&] { do_in_child({.owner = root}, [] {}); }); });
  CHECK(error.status() == ExitStatus::kUsage);
  CHECK(tells(error, "cannot become user root: Operation not permitted"));
  CHECK(tells(error, "run the command as root"));
  const Error command = error_of([&] {
    do_in_child({.owner = nobody()},
                [&] { static_cast<void>(run({.argv = {"true"}}, {.owner = root})); });
  });
  CHECK(command.status() == ExitStatus::kUsage);
}

TEST_CASE("becoming who one is sets the variables and no more") {
  Owner me = current_user();
  me.home = "/unit-home";
  CHECK(run_in_child({.owner = me}, [](const Report&) {
          return std::string(getenv("HOME")) + " " + getenv("USER");
        }) == "/unit-home " + me.name);
  CHECK(run_in_child({.owner = me}, [](const Report&) {
          return std::to_string(getgroups(0, nullptr));
        }) == std::to_string(getgroups(0, nullptr)));
}

TEST_CASE("an open file is given away by root only" * doctest::skip(kNotRoot)) {
  const Scratch place;
  const Owner user = nobody();
  const Fd file = open_file(place.root / "file", O_WRONLY | O_CREAT, 0600);
  give_to(file.get(), current_user(), place.root / "file");
  CHECK(look_at(place.root / "file")->st_uid == 0);
  give_to(file.get(), user, place.root / "file");
  CHECK(look_at(place.root / "file")->st_uid == user.uid);
  CHECK(look_at(place.root / "file")->st_gid == user.gid);
  CHECK_THROWS_AS(give_to(-1, user, "gone"), Error);
}

}  // namespace nutricount::os
