#include "base/ids.hpp"

#include <algorithm>
#include <cctype>

namespace nutricount {

bool is_commit_id(std::string_view text) {
  constexpr std::size_t kDigits = 40;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_delivery_id(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isgraph(c) != 0;
         });
}

}  // namespace nutricount
