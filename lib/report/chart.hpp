// A line over time as SVG, without scripts. The labels are HTML around it, so that they keep their
// size on a narrow screen.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "report/markup.hpp"

namespace nutricount::report {

struct Point {
  Timestamp time;
  double value = 0;
};

struct Chart {
  std::string title;
  std::string unit;           ///< behind the values: " %"
  std::vector<Point> points;  ///< oldest first
  double least = 0;           ///< the scale reaches from here
  double most = 100;          ///< to here at least
  double limit = 0;           ///< a line that should not be crossed
};

/// Nothing for a chart without points.
[[nodiscard]] Markup draw(const Chart& chart);

}  // namespace nutricount::report
