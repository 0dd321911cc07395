#include "crypto/webhook_secret.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "catching.hpp"
#include "scratch.hpp"

using namespace nutricount;
using crypto::read_webhook_secret;

namespace {
namespace fs = std::filesystem;

/// Nothing in the environment, and a place for what is.
struct Surroundings : Scratch {
  Surroundings() { clear(); }
  ~Surroundings() { clear(); }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  static void clear() {
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("WEBHOOK_SECRET");
  }
  static void set_variable(const char* value) { setenv("WEBHOOK_SECRET", value, 1); }
  void set_credential(const std::string& text) const {
    fs::create_directory(root / "credentials");
    write("credentials/webhook-secret", text);
    setenv("CREDENTIALS_DIRECTORY", (root / "credentials").c_str(), 1);
  }
  [[nodiscard]] fs::path file(const std::string& text, mode_t mode = 0600) const {
    write("file", text);
    chmod((root / "file").c_str(), mode);
    return root / "file";
  }
};

std::string found(const fs::path& file = {}) { return read_webhook_secret(file, 1).reveal(); }

Error refusal(const fs::path& file, std::size_t least = 1) {
  Error error = error_of([&] { static_cast<void>(read_webhook_secret(file, least)); });
  CHECK(error.status() == ExitStatus::kUsage);
  CHECK_FALSE(error.hint().empty());
  return error;
}
}  // namespace

TEST_CASE("a file goes before a credential, and that before the variable") {
  const Surroundings place;
  CHECK(tells(refusal({}), "there is no secret of the webhook"));
  place.set_variable("of the variable");
  CHECK(found() == "of the variable");
  place.set_credential("of the credential\n");
  CHECK(found() == "of the credential");
  CHECK(found(place.file("of the file\n")) == "of the file");
}

TEST_CASE("what comes first counts, though it be empty or missing") {
  const Surroundings place;
  place.set_variable("");
  CHECK(tells(refusal({}), "WEBHOOK_SECRET is empty"));
  place.set_variable("of the variable");
  place.set_credential("\n");
  CHECK(tells(refusal({}), "is empty"));
  place.set_credential("of the credential");
  CHECK(tells(refusal(place.root / "none"), "does not exist"));
  CHECK(tells(refusal(place.file("\r\n")), "is empty"));
  CHECK(tells(refusal(place.file("x", 0644)), "can be read by others"));
  CHECK(tells(refusal(place.file(std::string(5000, 'x'))), "is larger than"));
}

TEST_CASE("a directory of credentials without this one leaves the variable") {
  const Surroundings place;
  place.set_credential("x");
  fs::remove(place.root / "credentials/webhook-secret");
  CHECK(tells(refusal({}), "there is no secret of the webhook"));
  place.set_variable("of the variable");
  CHECK(found() == "of the variable");
}

TEST_CASE("a short secret is refused by where it lies, and is not told") {
  const Surroundings place;
  const std::string secret(15, 'q');
  const auto check = [&](const fs::path& file, const char* where) {
    const Error error = refusal(file, 16);
    CHECK(tells(error, where));
    CHECK(tells(error, "fewer than 16 bytes"));
    CHECK_FALSE(tells(error, secret));
    CHECK(read_webhook_secret(file, 15).reveal() == secret);
  };
  place.set_variable(secret.c_str());
  check({}, "WEBHOOK_SECRET");
  place.set_credential(secret);
  check({}, "the credential");
  check(place.file(secret), "--secret-file");
}
