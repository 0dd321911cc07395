#include "report/exposition.hpp"

#include <fmt/format.h>

#include "base/printable.hpp"

namespace nutricount::report {
namespace {
/// Of text that printable() has made one line.
std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : printable(value)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}
}  // namespace

void Exposition::begin(std::string_view name, std::string_view help, std::string_view type) {
  name_ = name;
  heading_ = fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void Exposition::sample(double value, const Labels& labels) {
  text_ += std::exchange(heading_, "");
  text_ += name_;
  std::string_view separator = "{";
  for (const auto& [name, text] : labels) {
    text_ += fmt::format("{}{}={}", separator, name, quoted(text));
    separator = ",";
  }
  text_ += fmt::format("{} {}\n", labels.empty() ? "" : "}", value);
}

}  // namespace nutricount::report
