// Prometheus' text format 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nutricount::report {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

class Exposition {
 public:
  /// Begins a family; it is left out where no sample follows.
  void gauge(std::string_view name, std::string_view help) { begin(name, help, "gauge"); }
  void counter(std::string_view name, std::string_view help) { begin(name, help, "counter"); }
  /// One of the family's. Label values may be any text: what is not UTF-8 is made so.
  void sample(double value, const Labels& labels = {});

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  void begin(std::string_view name, std::string_view help, std::string_view type);
  std::string text_;
  std::string name_;
  std::string heading_;  ///< not written yet
};

}  // namespace nutricount::report
