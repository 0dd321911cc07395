// What is good and bad for every key of lib/config/keys.cpp.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "config/settings.hpp"

namespace nutricount::config {

struct Row {
  const char* key;
  const char* good;  ///< as TOML, and other than the built-in one
  std::function<std::string(const Settings&)> stored;
  const char* expected;          ///< what `stored` then says
  std::vector<const char*> bad;  ///< of the right type, as TOML; none only for true or false
};

inline std::string joined(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, "|"));
}
inline std::string manager_name(ServiceManager manager) {
  return manager == ServiceManager::kAuto      ? "auto"
         : manager == ServiceManager::kProcess ? "process"
                                               : "systemd";
}

inline const std::vector<const char*> kBadPaths{"'relative'", "'/'", "'./x'", "''", "'~/x'"};
inline const std::vector<const char*> kBadOptionalPaths{"'relative'", "'/'", "'./x'", "'~/x'"};
inline const std::vector<const char*> kBadDurations{"''",    "'5'",    "'0s'",   "'-5s'",
                                                    "'5 s'", "'soon'", "'1.5s'", "'4000d'"};
inline const std::vector<const char*> kBadRefs{
    "''",    "'-x'", "'a b'", "'a..b'", "'/a'", "'a/'", "'a//b'", "'.a'",     "'a.'",
    "'a~1'", "'a^'", "'a:b'", "'a?'",   "'a*'", "'a['", "'a\\b'", "'a.lock'", "'a@{1}'"};

// clang-format off
#define STORED(expression) [](const Settings& s) -> std::string { return expression; }
inline const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"app.name", "'diary'", STORED(s.app.name), "diary", {"''", "'a/b'", "'.'", "'..'", "'.git'"}},
      {"app.directory", "'/srv/app'", STORED(s.app.directory), "/srv/app", kBadPaths},
      {"app.units", "['a.service', 'b@1.socket']", STORED(joined(s.app.units)), "a.service|b@1.socket",
       {"[]", "['']", "['a']", "['.service']", "['a b.service']", "['a.service', '../b.service']", "['a.exe']"}},
      {"source.remote", "'upstream'", STORED(s.source.remote), "upstream", kBadRefs},
      {"source.branch", "'release/1.x'", STORED(s.source.branch), "release/1.x", kBadRefs},
      {"source.url", "'https://host/x.git'", STORED(s.source.url), "https://host/x.git",
       {"'nonsense'", "'github.com/a/b'", "'https://'", "'ftp://host/x'", "'https://a b/'", "'-x:y'", "':x'", "'/'"}},
      {"source.ca_file", "'/etc/ca.pem'", STORED(s.source.ca_file), "/etc/ca.pem", kBadOptionalPaths},
      {"source.token_file", "'/etc/token'", STORED(s.source.token_file), "/etc/token", kBadOptionalPaths},
      {"source.ssh_key", "'/root/key'", STORED(s.source.ssh_key), "/root/key", kBadOptionalPaths},
      {"python.environment", "''", STORED("[" + s.python.environment + "]"), "[]", {"'a/b'", "'.'", "'..'", "'.git'"}},
      {"python.requirements", "['a/b.txt']", STORED(joined(s.python.requirements)), "a/b.txt",
       {"['']", "['/etc/x']", "['../x']", "['a/../../x']", "['good.txt', '/bad']"}},
      {"python.install", "['pip', '', '-q']", STORED(joined(s.python.install)), "pip||-q", {"['']", "['', 'x']"}},
      {"python.interpreter", "'python3.11'", STORED(s.python.interpreter), "python3.11", {"''"}},
      {"python.system_site_packages", "true", STORED(s.python.system_site_packages ? "yes" : "no"), "yes", {}},
      {"database.command", "[]", STORED("[" + joined(s.database.command) + "]"), "[]", {"['']", "['', 'x']"}},
      {"database.backward_compatible", "true", STORED(s.database.backward_compatible ? "yes" : "no"), "yes", {}},
      {"backup.directory", "'/mnt/backups'", STORED(s.backup.directory), "/mnt/backups", kBadPaths},
      {"backup.include", "['data', 'media']", STORED(joined(s.backup.include)), "data|media",
       {"[]", "['']", "['a/b']", "['data', '..']", "['data', '.git']", "['data', '/x']", "['media']"}},
      {"backup.restore", "[]", STORED("[" + joined(s.backup.restore) + "]"), "[]",
       {"['']", "['a/b']", "['data', '..']", "['media']"}},
      {"backup.keep", "7", STORED(std::to_string(s.backup.keep)), "7", {"0", "-1", "1001", "9223372036854775807"}},
      {"backup.every", "'12h'", STORED(format_duration(s.backup.every)), "12h", {"''", "'-1s'", "'10'", "'1.5s'"}},
      {"service.manager", "'process'", STORED(manager_name(s.service.manager)), "process", {"''", "'upstart'", "'Auto'"}},
      {"service.start", "['run', 'it']", STORED(joined(s.service.start)), "run|it", {"[]", "['']", "['', 'x']"}},
      {"service.listen", "'[::1]:5000'", STORED(s.service.listen), "[::1]:5000",
       {"'5000'", "':5000'", "'localhost:5000'", "'127.0.0.1'", "'127.0.0.1:0'", "'127.0.0.1:65536'", "'127.0.0.1:x'", "'::1:5000'",
        "'[127.0.0.1]:5000'", "'127.1:5000'", "'[::1:5000'", "'127.0.0.1:5000 '"}},
      {"service.stop_timeout", "'7s'", STORED(format_duration(s.service.stop_timeout)), "7s", kBadDurations},
      {"health.url", "'https://host/up'", STORED(s.health.url), "https://host/up",
       {"''", "'ftp://x'", "'http://'", "'localhost:5000'", "'http://a b/'", "'HTTP://x'",
        "'http+unix:///run/x'", "'http+unix://run'", "'http+unix://%2Fa b'"}},
      {"health.timeout", "'8s'", STORED(format_duration(s.health.timeout)), "8s", kBadDurations},
      {"health.deadline", "'9m'", STORED(format_duration(s.health.deadline)), "9m", kBadDurations},
      {"health.successes", "3", STORED(std::to_string(s.health.successes)), "3", {"0", "21", "-1"}},
      {"health.ca_file", "'/etc/ca.pem'", STORED(s.health.ca_file), "/etc/ca.pem", kBadOptionalPaths},
      {"health.follow_redirects", "true", STORED(s.health.follow_redirects ? "yes" : "no"), "yes", {}},
      {"health.critical", "['disk', 'backup']", STORED(joined(s.health.critical)), "disk|backup", {"[]", "['']", "['Disk']", "['disk', 'x']"}},
      {"health.disk_limit", "95", STORED(std::to_string(s.health.disk_limit)), "95", {"0", "-1", "101"}},
      {"health.memory_limit", "70", STORED(std::to_string(s.health.memory_limit)), "70", {"0", "-1", "101"}},
      {"health.temperature_limit", "70", STORED(std::to_string(s.health.temperature_limit)), "70", {"0", "-1", "151"}},
      {"update.timeout", "'1h30m'", STORED(format_duration(s.update.timeout)), "1h30m", kBadDurations},
      {"update.strategy", "'blue-green'", STORED(s.update.strategy == Strategy::kBlueGreen ? "blue-green" : "restart"), "blue-green",
       {"'swarm'", "''", "'Restart'"}},
      {"blue_green.unit", "'diary@.service'", STORED(s.blue_green.unit), "diary@.service",
       {"''", "'diary.service'", "'@.service'", "'a b@.service'", "'diary@.socket'", "'diary@blue.service'"}},
      {"blue_green.blue_port", "8001", STORED(std::to_string(s.blue_green.blue_port)), "8001", {"0", "-1", "65536"}},
      {"blue_green.green_port", "8002", STORED(std::to_string(s.blue_green.green_port)), "8002", {"0", "-1", "65536"}},
      {"blue_green.upstream", "'/etc/nginx/upstream.conf'", STORED(s.blue_green.upstream), "/etc/nginx/upstream.conf", kBadPaths},
      {"blue_green.test", "[]", STORED("[" + joined(s.blue_green.test) + "]"), "[]", {"['']"}},
      {"blue_green.reload", "['nginx', '-s', 'reload']", STORED(joined(s.blue_green.reload)), "nginx|-s|reload", {"[]", "['']"}},
      {"blue_green.drain", "'1h30m'", STORED(format_duration(s.blue_green.drain)), "1h30m", kBadDurations},
      {"blue_green.shared", "['.env', 'instance']", STORED(joined(s.blue_green.shared)), ".env|instance", {"['a/b']", "['..']", "['']"}},
      {"update.probation", "'10m'", STORED(format_duration(s.update.probation)), "10m", {"''", "'-1s'", "'10'", "'1.5s'"}},
      {"log.file", "'/var/log/x.log'", STORED(s.log.file), "/var/log/x.log", kBadOptionalPaths},
      {"state.directory", "'/srv/state'", STORED(s.state.directory), "/srv/state", kBadPaths},
      {"notify.slack_url_file", "'/etc/slack'", STORED(s.notify.slack_url_file), "/etc/slack", kBadOptionalPaths},
      {"notify.discord_url_file", "'/etc/discord'", STORED(s.notify.discord_url_file), "/etc/discord", kBadOptionalPaths},
      {"notify.json_url_file", "'/etc/json'", STORED(s.notify.json_url_file), "/etc/json", kBadOptionalPaths},
      {"notify.events", "['failed', 'health']", STORED(joined(s.notify.events)), "failed|health", {"['']", "['Failed']", "['failed', 'x']"}},
      {"metrics.disks", "['/', '/mnt']", STORED(joined(s.metrics.disks)), "/|/mnt", {"[]", "['']", "['mnt']"}},
      {"webhook.unit", "'hook.service'", STORED(s.webhook.unit), "hook.service", {"'hook'", "'a b.service'"}},
      {"webhook.listen", "'[::1]:9000'", STORED(s.webhook.listen), "[::1]:9000",
       {"''", "'8080'", "':8080'", "'host:'", "'host:0'", "'host:65536'", "'host:x'", "'a b:80'", "'host:123456'"}},
      {"webhook.workflow", "'Build'", STORED(s.webhook.workflow), "Build", {"''"}},
      {"webhook.spool", "'/srv/spool'", STORED(s.webhook.spool), "/srv/spool", kBadPaths},
      {"webhook.retry_delay", "'1h30m'", STORED(format_duration(s.webhook.retry_delay)), "1h30m", kBadDurations},
  };
  return all;
}
#undef STORED
// clang-format on

}  // namespace nutricount::config
