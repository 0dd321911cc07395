// The secret that GitHub and this machine share, and where it lies.
#pragma once

#include <cstddef>
#include <filesystem>

#include "base/secret.hpp"

namespace nutricount::crypto {

/// The secret in `file`, which nobody else may read; where none is named, that of the systemd
/// credential "webhook-secret"; where there is none, that of the variable WEBHOOK_SECRET. The first
/// of these that is there counts, whatever it holds. Throws, with exit status 2, where none is
/// there and for one of fewer than `least` bytes.
[[nodiscard]] Secret read_webhook_secret(const std::filesystem::path& file, std::size_t least);

}  // namespace nutricount::crypto
