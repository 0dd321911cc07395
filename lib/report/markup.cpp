#include "report/markup.hpp"

#include "base/printable.hpp"

namespace nutricount::report {

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : with_entities(printable(text))) {
    switch (c) {
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace nutricount::report
