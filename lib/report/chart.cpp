#include "report/chart.hpp"

#include <algorithm>
#include <cmath>

namespace nutricount::report {
namespace {
using namespace std::chrono_literals;
constexpr double kWidth = 1000;  // of the drawing; it is stretched to what there is
constexpr double kHeight = 100;
constexpr auto kGap = 3h;  // nothing is known of what lies between two points further apart

class Scale {
 public:
  explicit Scale(const Chart& chart)
      : least_(chart.least), most_(chart.most), first_(chart.points.front().time) {
    for (const auto& point : chart.points) {
      least_ = std::min(least_, std::floor(point.value / 10) * 10);
      most_ = std::max(most_, std::ceil(point.value / 10) * 10);
    }
    span_ = std::max<double>(1, seconds(chart.points.back().time - first_));
  }

  [[nodiscard]] double x(Timestamp time) const { return seconds(time - first_) / span_ * kWidth; }
  [[nodiscard]] double y(double value) const {
    return (most_ - value) / (most_ - least_) * kHeight;
  }
  [[nodiscard]] double at(double share) const { return least_ + share * (most_ - least_); }

 private:
  static double seconds(Milliseconds time) { return std::chrono::duration<double>(time).count(); }
  double least_;
  double most_;
  Timestamp first_;
  double span_ = 1;
};

Markup line_of(const Chart& chart, const Scale& scale) {
  Markup path;
  const Point* before = nullptr;
  for (const auto& point : chart.points) {
    const bool joined = before != nullptr && point.time - before->time <= kGap;
    const double x = scale.x(point.time);
    const double y = scale.y(point.value);
    // A line to itself shows as a dot where it stays alone.
    path += joined ? markup("L{:.1f} {:.1f}", x, y) : markup("M{:.1f} {:.1f}h0", x, y);
    before = &point;
  }
  return path;
}

Markup scale_lines(const Scale& scale) {
  Markup lines;
  for (const double share : {0.0, 0.5, 1.0}) {
    lines +=
        markup("<path class=\"grid\" d=\"M0 {0:.1f}H{1}\"/>", scale.y(scale.at(share)), kWidth);
  }
  return lines;
}

Markup times(const Chart& chart) {
  const auto first = chart.points.front().time;
  const auto last = chart.points.back().time;
  const bool days = last - first > 48h;
  Markup labels;
  for (const auto time : {first, first + (last - first) / 2, last}) {
    const std::string text = to_log_time(time);  // 2025-10-24 20:00:00,123
    labels += markup("<span>{}</span>", days ? text.substr(5, 5) : text.substr(11, 5));
    if (first == last) break;
  }
  return labels;
}
}  // namespace

Markup draw(const Chart& chart) {
  if (chart.points.empty()) return {};
  const Scale scale(chart);
  const auto& latest = chart.points.back();
  const bool over = latest.value > chart.limit;
  const auto label = fmt::format("{:.0f}{}", latest.value, chart.unit);
  return markup(R"(<figure class="chart">
<figcaption>{0}<b class="{1}">{2}</b></figcaption>
<div class="plot"><div class="values"><span>{3:.0f}{7}</span><span>{4:.0f}{7}</span><span>{5:.0f}{7}</span></div>
<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="{0}, now {2}">{6}<path class="limit" d="M0 {8:.1f}H1000"/><path class="line" d="{9}"/></svg>
<div class="times">{10}</div></div>
</figure>
)",
                chart.title, Markup{over ? "bad" : ""}, label, scale.at(1), scale.at(0.5),
                scale.at(0), scale_lines(scale), chart.unit, scale.y(chart.limit),
                line_of(chart, scale), times(chart));
}

}  // namespace nutricount::report
