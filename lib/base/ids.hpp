// The ids that come from GitHub.
#pragma once

#include <string_view>

namespace nutricount {

/// A whole commit id as git and GitHub write it: 40 lower-case hexadecimal digits.
[[nodiscard]] bool is_commit_id(std::string_view text);

/// What X-GitHub-Delivery may be: up to 64 printable characters, none of them a blank. Empty is
/// one.
[[nodiscard]] bool is_delivery_id(std::string_view text);

}  // namespace nutricount
