// Text from outside as it is shown: subjects, an application's output, errors of libraries.
#include "base/printable.hpp"

#include <algorithm>

#include "fuzz.hpp"

using namespace nutricount;
using namespace nutricount::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = text_of(data, size);
  std::string shown = printable(text);
  demand(shown.size() < 2010, "it is cut");
  demand(!is_printable(text) || size > 2000 || shown == text,
         "what can be shown is shown as it is");
  demand(!is_printable(text) || is_utf8(text), "what can be shown is UTF-8");

  std::replace(shown.begin(), shown.end(), '\t', ' ');
  demand(is_printable(shown), "what is shown can be shown");
  return 0;
}
