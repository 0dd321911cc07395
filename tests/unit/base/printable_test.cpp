#include "base/printable.hpp"

#include <doctest/doctest.h>

using namespace nutricount;

TEST_CASE("text stays as it is") {
  for (const char* text : {"", "a b", "Größe ≥ 3 €", "\xf0\x9f\x8d\x8e", "a\\n", "\xed\x9f\xbf"}) {
    CAPTURE(text);
    CHECK(is_printable(text));
    CHECK(printable(text) == text);
  }
  CHECK(printable("a\tb") == "a\tb");
}

TEST_CASE("what would move the cursor, end the line or is no text is shown by its bytes") {
  CHECK(printable("a\nb") == "a\\nb");
  CHECK(printable("\x1b[31m") == "\\x1b[31m");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // CSI as one character
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("\xc3") == "\\xc3");           // cut short
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");  // overlong
  CHECK(printable("\xe0\x80\x80") == "\\xe0\\x80\\x80");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK_FALSE(is_printable("a\tb"));
}

TEST_CASE("very long text is cut between characters") {
  const std::string shown = printable(std::string(1999, 'x') + "ü" + std::string(9999, 'x'));
  CHECK(shown == std::string(1999, 'x') + "ü…");
}
