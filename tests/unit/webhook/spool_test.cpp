#include "webhook/spool.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "catching.hpp"
#include "os/fd.hpp"
#include "scratch.hpp"

namespace nutricount::webhook {
namespace fs = std::filesystem;
namespace {
const std::string kCommit = "8ab41d0f6e9bb9e6b8a1c4b7f3a0d5c2e1f09876";
constexpr Timestamp kTime{std::chrono::milliseconds(1'794'000'000'123)};

std::string name_of(int number) { return fmt::format("{:013}-000000.request", number + 1000); }

struct Filled : Scratch {
  Spool spool{root};

  [[nodiscard]] Request request(Milliseconds later = {}, const std::string& delivery = "d") const {
    return {.name = {}, .commit = kCommit, .delivery = delivery, .time = kTime + later};
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& one : fs::directory_iterator(root)) names.push_back(one.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  /// Nothing of this name waits, it is told, and it is kept.
  void check_refused(const std::string& name, const std::string& aside) const {
    std::vector<std::string> refused;
    CHECK(spool.waiting(&refused).empty());
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].find(name.substr(0, 20)) != std::string::npos);
    CHECK(files() == std::vector{aside});
    CHECK(spool.count() == 0);
  }
};
}  // namespace

TEST_CASE("what is left waits, oldest first, until it is taken away") {
  Filled filled;
  CHECK(filled.spool.waiting().empty());
  filled.spool.add(filled.request(Milliseconds(5), "third"));
  filled.spool.add(filled.request(Milliseconds(0), "first"));
  filled.spool.add(filled.request(Milliseconds(0), "second"));  // within the same millisecond
  CHECK(filled.spool.count() == 3);
  const auto waiting = filled.spool.waiting();
  REQUIRE(waiting.size() == 3);
  CHECK(waiting[0].delivery == "first");
  CHECK(waiting[1].delivery == "second");
  CHECK(waiting[2].delivery == "third");
  CHECK(waiting[2].commit == kCommit);
  CHECK(waiting[2].time == kTime + Milliseconds(5));
  filled.spool.remove(waiting[1]);
  filled.spool.remove(waiting[1]);
  CHECK(filled.spool.count() == 2);
  CHECK(Spool(filled.root).waiting()[1].delivery == "third");
}

TEST_CASE("a request is a file of its own that only its group may read") {
  Filled filled;
  filled.spool.add(filled.request());
  CHECK(filled.files() == std::vector<std::string>{"1794000000123-000000.request"});
  struct stat st {};
  REQUIRE(stat((filled.root / filled.files()[0]).c_str(), &st) == 0);
  CHECK((st.st_mode & 0137U) == 0);
  CHECK(filled.read(filled.files()[0]) == "{\"commit\":\"" + kCommit +
                                              "\",\"delivery\":\"d\",\"time\":"
                                              "\"2026-11-06T21:20:00.123Z\"}\n");
}

TEST_CASE("what is written is read back; nothing else is") {
  Request request{.name = {}, .commit = "", .delivery = "", .time = kTime};
  CHECK(request_from(to_text(request)).commit.empty());
  const std::string good = R"({"commit":"","delivery":"","time":"2026-11-06T21:20:00.123Z"})";
  CHECK(request_from(good).time == kTime);
  const auto refused = [&](const std::string& part, const std::string& other) {
    std::string text = good;
    text.replace(text.find(part), part.size(), other);
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(request_from(text)), Error);
  };
  refused(R"("commit":"")", R"("commit":null)");
  refused(R"("commit":"")", R"("commit":"main")");
  refused(R"("commit":"")", R"("commit":")" + kCommit.substr(1) + '"');
  refused(R"("commit":"")", R"("commit":"8AB41D0f6e9bb9e6b8a1c4b7f3a0d5c2e1f09876")");
  refused(R"("commit":"",)", "");
  refused(R"("delivery":"")", R"("delivery":"a b")");
  refused(R"("delivery":"")", R"("delivery":"\u001b")");
  refused(R"("delivery":"")", R"("delivery":")" + std::string(65, 'x') + '"');
  refused(R"("delivery":"")", R"("delivery":["d"])");
  refused("2026-11", "2026-13");
  refused(good, "");
  refused(good, "[]");
  refused(good, good + good);
  refused(good, std::string(1000, '['));
}

TEST_CASE("what is no request is set aside and told, whatever it is") {
  const std::string name = "1794000000123-000000.request";
  const auto check = [&](const auto& make) {
    const Filled filled;
    make(filled.root / name);
    filled.check_refused(name, name + ".refused");
  };
  const Scratch elsewhere;
  elsewhere.write("good", to_text({.name = {}, .commit = kCommit, .delivery = {}, .time = kTime}));
  check([&](const fs::path& path) { fs::create_symlink(elsewhere.root / "good", path); });
  check([&](const fs::path& path) { fs::create_symlink("/nowhere", path); });
  check([&](const fs::path& path) { fs::create_symlink(path, path); });
  check([&](const fs::path& path) { REQUIRE(mkfifo(path.c_str(), 0600) == 0); });
  check([&](const fs::path& path) { fs::create_directories(path / "within"); });
  check([&](const fs::path& path) {
    const os::Fd fd(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  });
  check([&](const fs::path& path) { std::ofstream{path}; });
  check([&](const fs::path& path) { std::ofstream(path) << "garbage\x1b[2J"; });
  check([&](const fs::path& path) {
    std::ofstream(path) << elsewhere.read("good") << std::string(2000, ' ');
  });
  check([&](const fs::path& path) {
    std::ofstream(path).put('{');
    fs::resize_file(path, std::uintmax_t(1) << 40U);  // sparse: nobody may read that whole
  });
  CHECK(elsewhere.read("good").size() > 10);
}

TEST_CASE("a name that is long, odd or taken keeps nothing from being set aside") {
  const std::string longest = std::string(247, 'x') + ".request";
  Filled filled;
  filled.write(longest, "garbage");
  filled.check_refused(longest, std::string(200, 'x') + ".refused");
  const Filled odd;
  const std::string bytes = "\xff\x1b[2J\n\xc3.request";
  odd.write(bytes, "garbage");
  odd.check_refused("\\xff\\x1b[2J\\n\\xc3.req", bytes + ".refused");
  const Filled taken;
  taken.write("x.request", "garbage");
  fs::create_directories(taken.root / "x.request.refused" / "within");
  std::vector<std::string> refused;
  CHECK(taken.spool.waiting(&refused).empty());
  CHECK(refused.size() == 1);
  CHECK(taken.spool.count() == 0);
  CHECK(taken.files().size() == 2);  // both are kept
}

TEST_CASE("nothing else in the directory is looked at") {
  const Filled filled;
  for (const char* name : {"deliveries.jsonl", "1-0.request.new", "1-0.request.refused",
                           ".1-0.request", "request", "1-0.REQUEST"}) {
    filled.write(name, "garbage");
  }
  const auto before = filled.files();
  std::vector<std::string> refused;
  CHECK(filled.spool.waiting(&refused).empty());
  CHECK(refused.empty());
  CHECK(filled.files() == before);
}

TEST_CASE("of more than anybody left the newest are read, then the others") {
  Filled filled;
  for (int i = 0; i < 1200; ++i) {
    filled.write(name_of(i), to_text(filled.request(Milliseconds(i), std::to_string(i))));
  }
  const auto waiting = filled.spool.waiting();
  REQUIRE(waiting.size() == Spool::kMost);
  CHECK(waiting.front().delivery == "200");
  CHECK(waiting.back().delivery == "1199");
  for (const auto& one : waiting) fs::remove(filled.root / one.name);
  CHECK(filled.spool.waiting().size() == 200);
}

TEST_CASE("requests that come and go while they are listed are no fault") {
  const Filled filled;
  std::atomic<bool> is_over = false;
  std::thread writer([&] {
    for (int i = 0; i < 300; ++i) {
      filled.write("made", to_text(filled.request()));
      fs::rename(filled.root / "made", filled.root / name_of(i));
      fs::remove(filled.root / name_of(i - 1));
    }
    is_over = true;
  });
  std::vector<std::string> refused;
  while (!is_over) static_cast<void>(filled.spool.waiting(&refused));
  writer.join();
  CHECK(refused.empty());
  CHECK(filled.spool.waiting().size() == 1);
}

TEST_CASE("a spool that is not there, or may not be read, says what to do") {
  const Scratch scratch;
  const Spool nowhere(scratch.root / "nowhere");
  for (const auto& work :
       std::vector<std::function<void()>>{[&] { static_cast<void>(nowhere.waiting()); },
                                          [&] { static_cast<void>(nowhere.count()); }}) {
    const Error error = error_of(work);
    CHECK(error.status() == ExitStatus::kUsage);
    CHECK(tells(error, "webhook.spool"));
  }
  CHECK_THROWS_AS(Spool(scratch.root / "nowhere").add({.time = kTime}), Error);
}

TEST_CASE("a request that this user may not read waits on: it is not its fault") {
  Filled filled;
  filled.spool.add(filled.request());
  const fs::path file = filled.root / filled.files()[0];
  fs::permissions(file, fs::perms::none);
  fs::permissions(filled.root, fs::perms::all);
  const bool was_root = geteuid() == 0;
  if (was_root) REQUIRE(seteuid(65534) == 0);
  const Error error = error_of([&] { static_cast<void>(filled.spool.waiting()); });
  if (was_root) REQUIRE(seteuid(0) == 0);
  CHECK(error.status() == ExitStatus::kUsage);
  CHECK(tells(error, "Permission denied"));
  CHECK(fs::exists(file));
}

}  // namespace nutricount::webhook
