// A look at a Raspberry Pi that has everything.
#pragma once

#include "deploy/status.hpp"

namespace nutricount::report {

inline Timestamp moment(int hours_before_noon) {
  return from_utc("2026-11-24T12:00:00Z").value_or(Timestamp()) -
         std::chrono::hours(hours_before_noon);
}

inline machine::Machine pi() {
  machine::Machine pi;
  pi.cpu_seconds = machine::ByMode{100.5, 0, 50, 9000, 12, 0, 1, 0};
  pi.cpu_shares = machine::ByMode{0.125, 0, 0.05, 0.8, 0.025, 0, 0, 0};
  constexpr std::uint64_t kGiB = 1U << 30U;
  pi.memory = machine::Memory{
      .total = 4 * kGiB, .available = 3 * kGiB, .swap_total = kGiB / 4, .swap_free = kGiB / 8};
  pi.disks = {{.path = "/", .size = 30 * kGiB, .used = 20 * kGiB, .available = 8 * kGiB},
              {.path = "/srv/a \"b\"", .size = 8 * kGiB, .used = kGiB, .available = 7 * kGiB}};
  pi.zones = {{.zone = "thermal_zone0", .type = "cpu-thermal", .celsius = 48.686}};
  pi.throttling = machine::Throttling{.now = {}, .since_boot = {.under_voltage = true}};
  pi.under_voltage = false;
  pi.load = machine::Load{0.31, 0.2, 0.11};
  pi.uptime_seconds = 86400;
  return pi;
}

inline deploy::Status everything() {
  deploy::Status status;
  status.time = moment(0);
  status.machine = pi();
  status.counts_restarts = true;
  status.units = {{.unit = "demo.service",
                   .active = "active",
                   .sub = "running",
                   .main_pid = 7,
                   .restarts = 1,
                   .since = moment(2),
                   .reason = ""}};
  status.webhook = service::UnitState{.unit = "nutricount-webhook.service",
                                      .active = "active",
                                      .sub = "running",
                                      .since = moment(24),
                                      .reason = ""};
  model::Deployment good{.id = "20261124_080000", .command = "update", .trigger = "cron"};
  good.started = moment(4);
  good.seconds = 4.5;
  good.result = "updated";
  good.from = std::string(40, 'a');
  good.to = std::string(40, 'b');
  good.subject = "Count kcal";
  good.downtime_seconds = 1.25;
  model::Deployment bad = good;
  bad.id = "20261124_100000";
  bad.started = moment(2);
  bad.result = "rolled-back";
  bad.to = std::string(40, 'c');
  bad.subject = "<script>alert(1)</script>";
  bad.bad_reason = "demo.service exited with status 3";
  status.deployments = {good, bad};
  status.outcomes = {{{"update", "rolled-back"}, 1}, {{"update", "updated"}, 7}};
  status.backups = {{.id = "20261124_080001",
                     .time = moment(4),
                     .verified = true,
                     .commit = good.from,
                     .files = 12,
                     .bytes = 4096,
                     .skipped = {},
                     .paths = {}},
                    {.id = "20261124_110000",
                     .kind = backup::Kind::kFull,
                     .time = moment(1),
                     .verified = true,
                     .commit = good.to,
                     .files = 1507,
                     .bytes = 22'000'000,
                     .skipped = {},
                     .paths = {}}};
  status.verifications = {{"20261124_080001", {.time = moment(1), .good = true}}};
  return status;
}

}  // namespace nutricount::report
