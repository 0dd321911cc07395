// What `metrics` says of one look at everything: to a person, to a program, to Prometheus, to a
// browser. What is not known is left out.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "deploy/samples.hpp"
#include "deploy/status.hpp"

namespace nutricount::report {

/// Sections of lines, as the script collect_metrics.sh had them; the last `deployments`.
[[nodiscard]] std::string metrics_text(const deploy::Status& status, std::size_t deployments);
[[nodiscard]] nlohmann::json metrics_json(const deploy::Status& status, std::size_t deployments);
/// One of its deployments, as `/status` of the webhook has it, too.
[[nodiscard]] nlohmann::json deployment_json(const model::Deployment& deployment);
/// As a list of documents: path, sizes, percent in use.
[[nodiscard]] nlohmann::json disks_json(const std::vector<machine::Disk>& disks);
/// Prometheus' text format, version 0.0.4.
[[nodiscard]] std::string metrics_prometheus(const deploy::Status& status);
/// One page without anything from elsewhere, and without scripts.
[[nodiscard]] std::string metrics_html(const deploy::Status& status, std::size_t deployments,
                                       const deploy::Samples& samples);

/// The last `count`, newest first.
[[nodiscard]] model::Deployments newest(const model::Deployments& deployments, std::size_t count);
/// "frequency capped, throttled"; empty where nothing is.
[[nodiscard]] std::string words_of(const machine::Throttling::Flags& flags);

}  // namespace nutricount::report
