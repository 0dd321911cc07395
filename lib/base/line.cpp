#include "base/line.hpp"

#include <algorithm>

namespace nutricount {

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);  // npos + 1 is 0
}

}  // namespace nutricount
