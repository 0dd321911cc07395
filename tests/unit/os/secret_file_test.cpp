#include "os/secret_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.hpp"
#include "scratch.hpp"

namespace nutricount::os {
namespace {
namespace fs = std::filesystem;

fs::path made(const Scratch& place, const std::string& text, mode_t mode) {
  const fs::path path = place.root / "secret";
  std::ofstream(path) << text;
  chmod(path.c_str(), mode);
  return path;
}

std::string refusal(const fs::path& path) {
  try {
    return "taken: " + read_secret(path, "x.file", "the token").reveal();
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::kUsage);
    CHECK_FALSE(error.hint().empty());
    return std::string(error.what()).substr(("x.file " + path.string() + " ").size());
  }
}
}  // namespace

TEST_CASE("a secret is the file's text without the end of its line") {
  const Scratch place;
  const fs::path path = made(place, "s3cret\r\n", 0600);
  CHECK(read_secret(path, "x.file", "the token").reveal() == "s3cret");
  fs::create_symlink(path, place.root / "link");
  CHECK(refusal(place.root / "link") == "taken: s3cret");
}

TEST_CASE("what others can read is no secret, but where systemd guards it") {
  const Scratch place;
  for (const mode_t mode : {0640U, 0604U, 0620U}) {
    CHECK(refusal(made(place, "s3cret\n", mode)) == "can be read by others");
  }
  CHECK(read_credential(made(place, "s3cret\n", 0440), "the token").reveal() == "s3cret");
}

TEST_CASE("what is missing, empty or no file is refused") {
  const Scratch place;
  CHECK(refusal(place.root / "none") == "does not exist");
  CHECK(refusal(made(place, "\n", 0600)) == "is empty");
  CHECK(refusal(place.root) == "is a directory");
  fs::create_symlink("loop", place.root / "loop");
  CHECK(refusal(place.root / "loop").starts_with("cannot be reached: "));
  CHECK_THROWS_AS(static_cast<void>(read_credential(place.root / "none", "the token")), Error);
}

}  // namespace nutricount::os
