#include <algorithm>

#include "base/quantity.hpp"
#include "deploy/plan.hpp"
#include "report/chart.hpp"
#include "report/metrics.hpp"
#include "report/page.hpp"
#include "report/page_style.hpp"

namespace nutricount::report {
using deploy::Samples;
using deploy::Status;
namespace {
const char* colour_of(const model::Deployment& one) {
  if (model::went_live(one)) return "good";
  return one.result == "failed" ? "bad" : "warn";
}

/// A bar as wide as its share of the longest; its end is red for the time without an answer.
Markup bar_of(const model::Deployment& one, double longest) {
  if (longest <= 0 || one.seconds <= 0) return {};
  const double down = std::min(one.downtime_seconds.value_or(0), one.seconds);
  return markup("<div class=\"took\" style=\"width:{:.1f}%\"><i style=\"width:{:.1f}%\"></i></div>",
                100 * one.seconds / longest, 100 * down / one.seconds);
}

Markup item_of(const Status& status, const model::Deployment& one, double longest) {
  Markup took = markup("{}", format_seconds(one.seconds));
  if (one.downtime_seconds) took += markup(", down {}", format_seconds(*one.downtime_seconds));
  Markup bad;
  if (!one.bad_reason.empty()) bad = markup("<p class=\"faint\">{}</p>", one.bad_reason);
  return markup(
      R"(<li class="{0}"><p class="head"><span><b class="{0}">{1}</b> <code>{2}</code></span>)"
      R"(<span class="faint">{3} · {4} ago</span></p><p>{5}</p>{6}{7})"
      R"(<p class="faint">{8}{9}</p></li>)"
      "\n",
      Markup{colour_of(one)}, one.command == "rollback" ? "rollback: " + one.result : one.result,
      deploy::brief(one.to), time_of(one.started), age_at(status, one.started), one.subject, bad,
      bar_of(one, longest), took, one.trigger.empty() ? "" : ", by " + one.trigger);
}

Markup row_of(const Status& status, const backup::Listed& one) {
  const auto found = status.verifications.find(one.id);
  Markup verified = markup("<td class=\"faint\">never</td>");
  if (found != status.verifications.end()) {
    const bool good = found->second.good;
    verified = markup("<td class=\"{}\">{}<span class=\"wide\">, {} ago</span></td>",
                      Markup{good ? "good" : "bad"}, good ? "good" : "damaged",
                      age_at(status, found->second.time));
  }
  return markup(R"(<tr><td><code>{}</code></td><td>{}</td><td class="wide">{}</td>)"
                R"(<td class="number wide">{}</td><td class="number">{}</td>{}</tr>)"
                "\n",
                one.id, age_at(status, one.time), one.kind == backup::Kind::kFull ? "full" : "data",
                one.files, format_bytes(one.bytes), verified);
}

Markup chart_of_temperature(const Status& status, const Samples& samples) {
  Chart chart{.title = "Temperature", .unit = " °C", .points = {}, .least = 20, .most = 90};
  chart.limit = status.settings.health.temperature_limit;
  for (const auto& one : samples) {
    if (one.celsius) chart.points.push_back({one.time, *one.celsius});
  }
  return draw(chart);
}

Markup chart_of_disk(const Status& status, const Samples& samples, const std::string& path) {
  Chart chart{.title = "Disk " + path, .unit = " %", .points = {}};
  chart.limit = status.settings.health.disk_limit;
  for (const auto& one : samples) {
    const auto found = one.disks.find(path);
    if (found != one.disks.end()) {
      chart.points.push_back({one.time, static_cast<double>(found->second)});
    }
  }
  return draw(chart);
}
}  // namespace

std::string age_at(const Status& status, Timestamp time) {
  return format_between(time, std::max(time, status.time));
}

Markup time_of(Timestamp time) {
  constexpr std::size_t kToTheMinute = 16;
  return markup("<time datetime=\"{}\">{}</time>", to_utc(time),
                to_log_time(time).substr(0, kToTheMinute));
}

Markup timeline_of(const Status& status, std::size_t count) {
  const auto deployments = newest(status.deployments, count);
  if (deployments.empty()) return {"<p class=\"faint\">There is none yet.</p>\n"};
  double longest = 0;
  for (const auto& one : deployments) longest = std::max(longest, one.seconds);
  Markup items;
  for (const auto& one : deployments) items += item_of(status, one, longest);
  return markup(R"(<p class="faint">What each took:<i class="key"></i>serving)"
                R"(<i class="key down"></i>down</p><ol class="timeline box">{}</ol>)"
                "\n",
                items);
}

Markup charts_of(const Status& status, const Samples& samples) {
  Markup charts = chart_of_temperature(status, samples);
  for (const auto& disk : status.machine.disks) {
    charts += chart_of_disk(status, samples, disk.path.string());
  }
  if (charts.text.empty()) {
    return {
        "<p class=\"faint\">No sample is recorded yet: each run with --output, ten minutes "
        "after the last, records one.</p>\n"};
  }
  return markup("<div class=\"charts\">{}</div>\n", charts);
}

Markup backups_of(const Status& status) {
  if (status.backups.empty()) return {"<p class=\"faint\">There is none yet.</p>\n"};
  Markup rows;
  for (auto one = status.backups.rbegin(); one != status.backups.rend(); ++one) {
    rows += row_of(status, *one);
  }
  return markup(R"(<div class="box"><table><thead><tr><th>Backup</th><th>Age</th>)"
                R"(<th class="wide">Kind</th><th class="number wide">Files</th>)"
                R"(<th class="number">Size</th><th>Verified</th></tr></thead><tbody>)"
                "\n{}</tbody></table></div>\n",
                rows);
}

std::string metrics_html(const Status& status, std::size_t deployments, const Samples& samples) {
  const std::string& name = status.settings.app.name;
  return markup(R"(<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/><title>{0}</title><style>{1}</style></head>
<body><main>
<header><h1>{0}</h1><small>as of {2}</small></header>
{3}{4}<h2>Deployments</h2>
{5}<h2>Over time</h2>
{6}<h2>Backups</h2>
{7}<footer>nutricount-deploy {8}</footer>
</main></body>
</html>
)",
                name, Markup{kPageStyle}, time_of(status.time), verdict_of(status),
                cards_of(status), timeline_of(status, deployments), charts_of(status, samples),
                backups_of(status), NUTRICOUNT_DEPLOY_VERSION)
      .text;
}

}  // namespace nutricount::report
