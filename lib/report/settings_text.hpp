// What --print-config prints.
#pragma once

#include <string>

#include "config/reader.hpp"

namespace nutricount::report {

/// Every key with its value, as TOML, and where it comes from; a line each.
[[nodiscard]] std::string settings_text(const config::Loaded& loaded);
/// The same as one JSON object: {"app.units": {"value": ["x.service"], "origin": "built-in"}, …}
[[nodiscard]] std::string settings_json(const config::Loaded& loaded);

}  // namespace nutricount::report
