#include "os/file.hpp"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <csignal>

#include "catching.hpp"
#include "os/child.hpp"
#include "scratch.hpp"

namespace nutricount::os {
namespace fs = std::filesystem;
namespace {
const bool kNotRoot = geteuid() != 0;

/// What `work` throws where no file may grow beyond `limit` bytes: write(2) first writes what still
/// fits, then fails, as on a full disk.
Error on_a_disk_with(std::uint64_t limit, const std::function<void()>& work) {
  return error_of([&] {
    do_in_child({}, [&] {
      const rlimit most{limit, limit};
      signal(SIGXFSZ, SIG_IGN);
      setrlimit(RLIMIT_FSIZE, &most);
      work();
    });
  });
}

std::size_t files_in(const fs::path& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}
}  // namespace

TEST_CASE("a file is read whole, or is not there") {
  const Scratch place;
  const std::string content("a\0b\n", 4);
  place.write("file", content);
  CHECK(read_file(place.root / "file") == content);
  place.write("empty", "");
  CHECK(read_file(place.root / "empty") == "");
  CHECK_FALSE(read_file(place.root / "none"));
  CHECK_FALSE(read_file(place.root / "file/below"));
  CHECK(tells(error_of([&] { static_cast<void>(read_file(place.root)); }),
              "cannot read " + place.root.string() + ": Is a directory"));
}

TEST_CASE("above the limit there is an error, also where there is no end") {
  const Scratch place;
  place.write("file", std::string(1000, 'x'));
  CHECK(read_file(place.root / "file", 1000)->size() == 1000);
  const Error error = error_of([&] { static_cast<void>(read_file(place.root / "file", 999)); });
  CHECK(tells(error, (place.root / "file").string() + " is larger than 999 bytes"));
  CHECK_FALSE(error.hint().empty());
  CHECK_THROWS_AS(static_cast<void>(read_file("/dev/zero", 1 << 20)), Error);
}

TEST_CASE("a replaced file is another file: whoever reads the old one still has it") {
  const Scratch place;
  const fs::path file = place.root / "file";
  write_durably(file, "old");
  const Fd reader = open_file(file, O_RDONLY);
  write_durably(file, "new and longer");
  CHECK(read_file(file) == "new and longer");
  char byte = 0;
  CHECK(read(reader.get(), &byte, 1) == 1);
  CHECK(byte == 'o');
  CHECK(files_in(place.root) == 1);
}

TEST_CASE("a new file has its mode and its owner before it has its name") {
  const Scratch place;
  const mode_t before = umask(022);
  write_durably(place.root / "file", "x");
  CHECK((look_at(place.root / "file")->st_mode & 07777U) == 0644);
  // Left behind by a run that was killed: neither its mode nor its content may come through.
  place.write("secret.new", "what a killed run wrote");
  REQUIRE(chmod((place.root / "secret.new").c_str(), 0666) == 0);
  write_durably(place.root / "secret", "x", 0600);
  umask(before);
  CHECK((look_at(place.root / "secret")->st_mode & 07777U) == 0600);
  CHECK(place.read("secret") == "x");
  if (kNotRoot) return;
  const Owner other{65534, 65534, "nobody", "/"};
  write_durably(place.root / "theirs", "x", 0644, &other);
  CHECK(look_at(place.root / "theirs")->st_uid == 65534);
}

TEST_CASE("what lies at the temporary name is not written through") {
  const Scratch place;
  place.write("victim", "precious");
  SUBCASE("a symbolic link") { fs::create_symlink("victim", place.root / "file.new"); }
  SUBCASE("a second name") { fs::create_hard_link(place.root / "victim", place.root / "file.new"); }
  write_durably(place.root / "file", "content");
  CHECK(place.read("file") == "content");
  CHECK(place.read("victim") == "precious");
  CHECK_FALSE(look_at(place.root / "file.new"));
}

TEST_CASE("a file that cannot be written whole leaves the old one and nothing else") {
  const Scratch place;
  write_durably(place.root / "file", "old");
  const Error full = on_a_disk_with(
      100'000, [&] { write_durably(place.root / "file", std::string(200'000, 'x')); });
  CHECK(tells(full, "cannot write " + (place.root / "file.new").string()));
  CHECK(place.read("file") == "old");
  fs::create_directory(place.root / "directory");
  CHECK(tells(error_of([&] { write_durably(place.root / "directory", "x"); }), "cannot rename"));
  CHECK(tells(error_of([&] { write_durably(place.root / "none/file", "x"); }), "none/file.new"));
  CHECK(files_in(place.root) == 2);
}

TEST_CASE("lines are appended, and one that does not fit leaves no part of it") {
  const Scratch place;
  const fs::path file = place.root / "log";
  append_durably(file, "one\n");
  append_durably(file, "two\n");
  CHECK(place.read("log") == "one\ntwo\n");
  CHECK_THROWS_AS(append_durably(place.root / "none/log", "x"), Error);
  CHECK_THROWS_AS(append_durably(place.root, "x"), Error);
  const Error full = on_a_disk_with(50, [&] { append_durably(file, std::string(100, 'x')); });
  CHECK(tells(full, "cannot write " + file.string()));
  CHECK(place.read("log") == "one\ntwo\n");
  append_durably(file, "three\n");
  CHECK(place.read("log") == "one\ntwo\nthree\n");
}

TEST_CASE("removing what is not there is fine, removing what is no file is not") {
  const Scratch place;
  place.write("file", "x");
  remove_durably(place.root / "file");
  remove_durably(place.root / "file");
  CHECK(files_in(place.root) == 0);
  fs::create_symlink("/no/such", place.root / "link");
  remove_durably(place.root / "link");
  CHECK(files_in(place.root) == 0);
  CHECK(tells(error_of([&] { remove_durably(place.root); }), place.root.string()));
}

TEST_CASE("a file is renamed, over another and into another directory") {
  const Scratch place;
  fs::create_directory(place.root / "sub");
  place.write("one", "1");
  place.write("sub/two", "2");
  rename_durably(place.root / "one", place.root / "sub/two");
  CHECK(place.read("sub/two") == "1");
  CHECK_FALSE(look_at(place.root / "one"));
  const Error error =
      error_of([&] { rename_durably(place.root / "one", place.root / "elsewhere"); });
  CHECK(tells(error, (place.root / "one").string() + " to " + (place.root / "elsewhere").string() +
                         ": No such file"));
}

TEST_CASE("a name without a directory is one in the current directory") {
  const Scratch place;
  do_in_child({}, [&] {
    fs::current_path(place.root);
    write_durably("a", "1");
    append_durably("b", "2");
    rename_durably("a", "c");
    remove_durably("b");
  });
  CHECK(place.read("c") == "1");
  CHECK(files_in(place.root) == 1);
}

TEST_CASE("flushing what is not there is an error") {
  const Scratch place;
  sync_directory(place.root);
  sync_file_system(place.root);
  place.write("file", "x");
  CHECK_THROWS_AS(sync_directory(place.root / "none"), Error);
  CHECK_THROWS_AS(sync_directory(place.root / "file"), Error);
  CHECK_THROWS_AS(sync_file_system(place.root / "none"), Error);
}

TEST_CASE("looking sees a link itself, and nothing where nothing is") {
  const Scratch place;
  fs::create_symlink("/no/such", place.root / "link");
  REQUIRE(look_at(place.root / "link"));
  CHECK(S_ISLNK(look_at(place.root / "link")->st_mode));
  CHECK_FALSE(look_at(place.root / "none"));
  CHECK_FALSE(look_at(place.root / "link/below"));
  place.write("file", "x");
  CHECK_FALSE(look_at(place.root / "file/below"));
}

TEST_CASE("what may not be looked at is an error, not nothing" * doctest::skip(kNotRoot)) {
  const Scratch place;
  REQUIRE(chmod(place.root.c_str(), 0700) == 0);
  place.write("file", "x");
  const Owner nobody{65534, 65534, "nobody", "/"};
  const auto refusal = [&](const std::function<void()>& work) {
    return error_of([&] { do_in_child({.owner = nobody}, work); });
  };
  const Error error = refusal([&] { static_cast<void>(look_at(place.root / "file")); });
  CHECK(tells(error, "Permission denied"));
  CHECK(tells(error, "as root, or as the owner"));
  CHECK(tells(refusal([&] { static_cast<void>(read_file(place.root / "file")); }),
              (place.root / "file").string()));
}

TEST_CASE("free space is that of the nearest directory that exists") {
  const Scratch place;
  CHECK(free_bytes(place.root / "not/yet/there") > 0);
  CHECK(free_bytes("/proc/self") == 0);
}

TEST_CASE("free space is counted on the disk that holds the path" * doctest::skip(kNotRoot)) {
  const Scratch place;
  if (mount("none", place.root.c_str(), "tmpfs", 0, "size=1048576") != 0) {
    MESSAGE("not checked: no file system can be mounted here");
    return;
  }
  const std::uint64_t all = free_bytes(place.root / "not/yet/there");
  place.write("file", std::string(300'000, 'x'));
  const std::uint64_t left = free_bytes(place.root);
  std::string error;
  try {
    write_durably(place.root / "file", std::string(900'000, 'x'));
  } catch (const Error& full) {
    error = full.what() + (" / " + full.hint());
  }
  const bool whole = place.read("file").size() == 300'000;
  const std::uint64_t after = free_bytes(place.root);
  REQUIRE(umount(place.root.c_str()) == 0);
  CHECK(all == 1'048'576);
  CHECK(left == all - 74 * 4096);  // 300,000 bytes in pages
  CHECK(error.find("No space left on device / free some space") != std::string::npos);
  CHECK(whole);
  CHECK(after == left);
}

TEST_CASE("a descriptor closes once, and tells when closing fails") {
  Fd one = open_file("/dev/null", O_WRONLY);
  const int number = one.get();
  Fd other(std::move(one));
  CHECK(other.get() == number);
  Fd third;
  third = std::move(other);
  CHECK(third.get() == number);
  CHECK(fcntl(number, F_GETFD) == FD_CLOEXEC);
  third.close_checked("/dev/null");
  CHECK_FALSE(third);
  CHECK(fcntl(number, F_GETFD) == -1);
  Fd closed_elsewhere = open_file("/dev/null", O_WRONLY);
  close(closed_elsewhere.get());
  CHECK(tells(error_of([&] { closed_elsewhere.close_checked("the file"); }),
              "cannot finish writing the file: Bad file descriptor"));
  CHECK_FALSE(open_if_exists("/no/such", O_RDONLY));
  CHECK(tells(error_of([] { static_cast<void>(open_file("/no/such", O_RDONLY)); }),
              "cannot open /no/such"));
}

}  // namespace nutricount::os
