// What the configuration file can say: plain values, already checked. Each name is the key's name
// in nutricount-deploy.toml(5).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace nutricount::config {

struct App {
  std::string name = "nutricount";
  std::filesystem::path directory = "/home/pi/nutricount";
  std::vector<std::string> units = {"nutrition-tracker.service"};
};

struct Source {
  std::string remote = "origin";
  std::string branch = "main";
  std::string url;
  std::filesystem::path ca_file;
  std::filesystem::path token_file;
  std::filesystem::path ssh_key;
};

struct Python {
  std::string environment = "venv";
  std::vector<std::string> requirements = {"requirements.txt"};
  std::vector<std::string> install;
  std::string interpreter = "python3";  ///< for a first environment; later ones keep theirs
  bool system_site_packages = false;    ///< likewise
};

struct Database {
  std::vector<std::string> command = {"venv/bin/python", "init_db.py"};
  bool backward_compatible = false;  ///< the version before runs on what the command makes
};

struct Backup {
  std::filesystem::path directory = "/home/pi/backups";
  std::vector<std::string> include = {"data", "logs"};
  std::vector<std::string> restore = {"data"};
  int keep = 5;
  Milliseconds every = std::chrono::hours(24);  ///< one is expected this often; 0: it is not
};

enum class ServiceManager { kAuto, kSystemd, kProcess };

struct Service {
  ServiceManager manager = ServiceManager::kAuto;
  std::vector<std::string> start = {"venv/bin/gunicorn", "--config", "gunicorn.conf.py", "app:app"};
  /// Process manager only: an address to open for the application, which it is handed; empty: it
  /// opens its own.
  std::string listen;
  Milliseconds stop_timeout = std::chrono::seconds(30);  ///< then SIGKILL; process manager only
};

struct Health {
  std::string url = "http://localhost:5000/health";
  Milliseconds timeout = std::chrono::seconds(5);
  Milliseconds deadline = std::chrono::seconds(60);
  int successes = 2;
  bool follow_redirects = false;
  std::filesystem::path ca_file;  ///< to trust for https; empty: the system's
  std::vector<std::string> critical = {
      "application"};          ///< checks of --full that its verdict counts
  int disk_limit = 80;         ///< percent in use
  int memory_limit = 90;       ///< likewise
  int temperature_limit = 80;  ///< degrees Celsius
};

enum class Strategy { kRestart, kBlueGreen };

struct Update {
  Strategy strategy = Strategy::kRestart;
  Milliseconds timeout = std::chrono::seconds(300);
  Milliseconds probation{0};  ///< none
};

struct BlueGreen {
  std::string unit = "nutrition-tracker@.service";  ///< its instances are blue and green
  int blue_port = 5001;
  int green_port = 5002;
  std::filesystem::path upstream = "/var/lib/nutricount-deploy/upstream.conf";
  std::vector<std::string> test = {"nginx", "-t"};
  std::vector<std::string> reload = {"systemctl", "reload", "nginx"};
  Milliseconds drain = std::chrono::seconds(30);
  std::vector<std::string> shared = {".env"};  ///< besides the data and the environment
};

struct Log {
  std::filesystem::path file;
};

struct State {
  std::filesystem::path directory = "/var/lib/nutricount-deploy";
};

struct Notify {
  std::filesystem::path slack_url_file;
  std::filesystem::path discord_url_file;
  std::filesystem::path json_url_file;
  std::vector<std::string> events = {"succeeded", "rolled-back", "failed", "health"};
};

struct Metrics {
  std::vector<std::string> disks = {"/"};
};

struct Webhook {
  std::string unit = "nutricount-webhook.service";  ///< empty: this machine has none
  std::string listen = "127.0.0.1:8080";
  std::string workflow = "CI/CD Pipeline";
  std::filesystem::path spool = "/var/lib/nutricount-webhook";
  Milliseconds retry_delay = std::chrono::seconds(10);  ///< then twice and four times as long
};

struct Settings {
  App app;
  Source source;
  Python python;
  Database database;
  Backup backup;
  Service service;
  Health health;
  Update update;
  BlueGreen blue_green;
  Log log;
  State state;
  Notify notify;
  Metrics metrics;
  Webhook webhook;
};

}  // namespace nutricount::config
