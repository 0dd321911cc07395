#include "config/keys.hpp"

#include <fmt/format.h>

#include "base/quantity.hpp"
#include "config/key_makers.hpp"

namespace nutricount::config {
namespace {
ServiceManager manager_of(const std::string& name) {
  if (name == "systemd") return ServiceManager::kSystemd;
  return name == "process" ? ServiceManager::kProcess : ServiceManager::kAuto;
}

using S = Settings;

std::vector<Key> application_keys() {
  return {
      text(
          "app.name", "nutricount", [](S& s, auto v) { s.app.name = v; }, is_plain_name),
      text(
          "app.directory", "/home/pi/nutricount",
          [](S& s, auto v) { s.app.directory = without_slash(v); }, is_absolute),
      list(
          "app.units", {"nutrition-tracker.service"}, [](S& s, auto v) { s.app.units = v; },
          is_unit, false),
      text(
          "source.remote", "origin", [](S& s, auto v) { s.source.remote = v; }, is_ref_name),
      text(
          "source.branch", "main", [](S& s, auto v) { s.source.branch = v; }, is_ref_name),
      text(
          "source.url", "", [](S& s, auto v) { s.source.url = v; }, is_repository),
      text(
          "source.ca_file", "", [](S& s, auto v) { s.source.ca_file = v; }, is_absolute_or_empty),
      text(
          "source.token_file", "", [](S& s, auto v) { s.source.token_file = v; },
          is_absolute_or_empty),
      text(
          "source.ssh_key", "", [](S& s, auto v) { s.source.ssh_key = v; }, is_absolute_or_empty),
      text(
          "python.environment", "venv", [](S& s, auto v) { s.python.environment = v; },
          is_plain_name_or_empty),
      list(
          "python.requirements", {"requirements.txt"},
          [](S& s, auto v) { s.python.requirements = v; }, is_relative, true),
      command(
          "python.install", {}, [](S& s, auto v) { s.python.install = v; }, true),
      text(
          "python.interpreter", "python3", [](S& s, auto v) { s.python.interpreter = v; },
          is_not_empty),
      flag("python.system_site_packages", false,
           [](S& s, bool v) { s.python.system_site_packages = v; }),
  };
}

std::vector<Key> operation_keys() {
  return {
      command(
          "database.command", {"venv/bin/python", "init_db.py"},
          [](S& s, auto v) { s.database.command = v; }, true),
      flag("database.backward_compatible", false,
           [](S& s, bool v) { s.database.backward_compatible = v; }),
      text(
          "backup.directory", "/home/pi/backups",
          [](S& s, auto v) { s.backup.directory = without_slash(v); }, is_absolute),
      list(
          "backup.include", {"data", "logs"}, [](S& s, auto v) { s.backup.include = v; },
          is_plain_name, false),
      list(
          "backup.restore", {"data"}, [](S& s, auto v) { s.backup.restore = v; }, is_plain_name,
          true),
      number("backup.keep", 5, 1, 1000, [](S& s, int v) { s.backup.keep = v; }),
      duration(
          "backup.every", "24h", [](S& s, auto v) { s.backup.every = v; }, is_duration),
      text(
          "service.manager", "auto", [](S& s, const auto& v) { s.service.manager = manager_of(v); },
          is_manager),
      command(
          "service.start", {"venv/bin/gunicorn", "--config", "gunicorn.conf.py", "app:app"},
          [](S& s, auto v) { s.service.start = v; }, false),
      text(
          "service.listen", "", [](S& s, auto v) { s.service.listen = v; },
          is_socket_address_or_empty),
      duration("service.stop_timeout", "30s", [](S& s, auto v) { s.service.stop_timeout = v; }),
      duration("update.timeout", "300s", [](S& s, auto v) { s.update.timeout = v; }),
      text(
          "update.strategy", "restart",
          [](S& s, const auto& v) {
            s.update.strategy = v == "restart" ? Strategy::kRestart : Strategy::kBlueGreen;
          },
          one_of({"restart", "blue-green"})),
      duration(
          "update.probation", "0s", [](S& s, auto v) { s.update.probation = v; }, is_duration),
  };
}

std::vector<Key> blue_green_keys() {
  constexpr int kPorts = 65535;
  return {
      text(
          "blue_green.unit", "nutrition-tracker@.service",
          [](S& s, auto v) { s.blue_green.unit = v; }, is_template_unit),
      number("blue_green.blue_port", 5001, 1, kPorts,
             [](S& s, int v) { s.blue_green.blue_port = v; }),
      number("blue_green.green_port", 5002, 1, kPorts,
             [](S& s, int v) { s.blue_green.green_port = v; }),
      text(
          "blue_green.upstream", "/var/lib/nutricount-deploy/upstream.conf",
          [](S& s, auto v) { s.blue_green.upstream = v; }, is_absolute),
      command(
          "blue_green.test", {"nginx", "-t"}, [](S& s, auto v) { s.blue_green.test = v; }, true),
      command(
          "blue_green.reload", {"systemctl", "reload", "nginx"},
          [](S& s, auto v) { s.blue_green.reload = v; }, false),
      duration("blue_green.drain", "30s", [](S& s, auto v) { s.blue_green.drain = v; }),
      list(
          "blue_green.shared", {".env"}, [](S& s, auto v) { s.blue_green.shared = v; },
          is_plain_name, true),
  };
}

std::vector<Key> health_keys() {
  return {
      text(
          "health.url", "http://localhost:5000/health", [](S& s, auto v) { s.health.url = v; },
          is_http),
      duration("health.timeout", "5s", [](S& s, auto v) { s.health.timeout = v; }),
      duration("health.deadline", "60s", [](S& s, auto v) { s.health.deadline = v; }),
      number("health.successes", 2, 1, 20, [](S& s, int v) { s.health.successes = v; }),
      text(
          "health.ca_file", "", [](S& s, auto v) { s.health.ca_file = v; }, is_absolute_or_empty),
      flag("health.follow_redirects", false, [](S& s, bool v) { s.health.follow_redirects = v; }),
      list(
          "health.critical", {"application"}, [](S& s, auto v) { s.health.critical = v; },
          one_of({"application", "webhook", "services", "disk", "memory", "temperature",
                  "deployment", "backup"}),
          false),
      number("health.disk_limit", 80, 1, 100, [](S& s, int v) { s.health.disk_limit = v; }),
      number("health.memory_limit", 90, 1, 100, [](S& s, int v) { s.health.memory_limit = v; }),
      number("health.temperature_limit", 80, 1, 150,
             [](S& s, int v) { s.health.temperature_limit = v; }),
  };
}

// What surrounds a deployment: where it writes, whom it tells, who asks for it.
std::vector<Key> surrounding_keys() {
  return {
      text(
          "log.file", "", [](S& s, auto v) { s.log.file = v; }, is_absolute_or_empty),
      text(
          "state.directory", "/var/lib/nutricount-deploy",
          [](S& s, auto v) { s.state.directory = without_slash(v); }, is_absolute),
      text(
          "notify.slack_url_file", "", [](S& s, auto v) { s.notify.slack_url_file = v; },
          is_absolute_or_empty),
      text(
          "notify.discord_url_file", "", [](S& s, auto v) { s.notify.discord_url_file = v; },
          is_absolute_or_empty),
      text(
          "notify.json_url_file", "", [](S& s, auto v) { s.notify.json_url_file = v; },
          is_absolute_or_empty),
      list(
          "notify.events", {"succeeded", "rolled-back", "failed", "health"},
          [](S& s, auto v) { s.notify.events = v; },
          one_of({"succeeded", "rolled-back", "failed", "health"}), true),
      list(
          "metrics.disks", {"/"}, [](S& s, auto v) { s.metrics.disks = v; }, is_place, false),
      // Read by nutricount-webhook, which shares the file.
      text(
          "webhook.unit", "nutricount-webhook.service", [](S& s, auto v) { s.webhook.unit = v; },
          is_unit_or_empty),
      text(
          "webhook.listen", "127.0.0.1:8080", [](S& s, auto v) { s.webhook.listen = v; },
          is_listen),
      text(
          "webhook.workflow", "CI/CD Pipeline", [](S& s, auto v) { s.webhook.workflow = v; },
          is_not_empty),
      text(
          "webhook.spool", "/var/lib/nutricount-webhook",
          [](S& s, auto v) { s.webhook.spool = without_slash(v); }, is_absolute),
      duration("webhook.retry_delay", "10s", [](S& s, auto v) { s.webhook.retry_delay = v; }),
  };
}

std::vector<Key> all_keys() {
  std::vector<Key> all = application_keys();
  for (auto& key : operation_keys()) all.push_back(std::move(key));
  for (auto& key : blue_green_keys()) all.push_back(std::move(key));
  for (auto& key : health_keys()) all.push_back(std::move(key));
  for (auto& key : surrounding_keys()) all.push_back(std::move(key));
  return all;
}

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}
}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> all = all_keys();
  return all;
}

std::string type_name(const Value& value) {
  constexpr const char* kNames[] = {"a string", "a whole number", "true or false",
                                    "a list of strings"};
  return kNames[value.index()];
}

std::string to_toml(const Value& value) {
  if (const auto* one = std::get_if<std::string>(&value)) return quoted(*one);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* flag_value = std::get_if<bool>(&value)) return *flag_value ? "true" : "false";
  std::string out = "[";
  for (const auto& one : std::get<Strings>(value)) {
    out += (out.size() > 1 ? ", " : "") + quoted(one);
  }
  return out + "]";
}

std::string nearest_key(const std::string& name) {
  constexpr std::size_t kNear = 4;
  std::string best;
  std::size_t best_distance = kNear;
  for (const auto& key : keys()) {
    const std::size_t d = distance(name, key.name);
    if (d < best_distance) {
      best = key.name;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace nutricount::config
