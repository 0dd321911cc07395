#include "deploy/environment.hpp"

#include "scratch.hpp"

using namespace nutricount;
using namespace nutricount::deploy;

namespace {
Making read(const std::string& text) {
  const Scratch place;
  place.write("pyvenv.cfg", text);
  return making_of(place.root, {.interpreter = "configured", .system_site_packages = false});
}
}  // namespace

TEST_CASE("an environment is made again as pyvenv.cfg says") {
  const Scratch place;
  std::filesystem::create_directory(place.root / "bin");
  place.write("bin/python3", "");
  std::filesystem::permissions(place.root / "bin/python3", std::filesystem::perms::owner_all);
  const std::string home = (place.root / "bin").string();
  CHECK(read("home = " + home + "\ninclude-system-site-packages = true\n") ==
        Making{home + "/python3", true});
  CHECK(read("Home=" + home + "\r\nInclude-System-Site-Packages = True\n") ==
        Making{home + "/python3", true});
  // Not the value of a key that ends the same way.
  CHECK(read("old-home = " + home + "\nx = include-system-site-packages = true\n") ==
        Making{"configured", false});
}

TEST_CASE("what cannot be used is passed over") {
  using namespace std::string_literals;
  for (const std::string& text : {""s, "home = "s, "home = /nowhere"s, "home = bin"s,
                                  "home = /usr/bin\0x"s, "home = /usr/" + std::string(300, 'x')}) {
    CHECK(read(text) == Making{"configured", false});
  }
}
