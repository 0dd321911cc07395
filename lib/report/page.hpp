// Parts of the page of `metrics --format html`.
#pragma once

#include <cstddef>

#include "deploy/samples.hpp"
#include "deploy/status.hpp"
#include "report/markup.hpp"

namespace nutricount::report {

/// "All is well", or what is not.
[[nodiscard]] Markup verdict_of(const deploy::Status& status);
/// The current state, a value a card.
[[nodiscard]] Markup cards_of(const deploy::Status& status);
/// The last deployments, newest first, with what each took.
[[nodiscard]] Markup timeline_of(const deploy::Status& status, std::size_t count);
[[nodiscard]] Markup charts_of(const deploy::Status& status, const deploy::Samples& samples);
[[nodiscard]] Markup backups_of(const deploy::Status& status);

/// "3 h", of a moment before the look.
[[nodiscard]] std::string age_at(const deploy::Status& status, Timestamp time);
/// <time> with the local time: 2025-10-24 20:00.
[[nodiscard]] Markup time_of(Timestamp time);

}  // namespace nutricount::report
