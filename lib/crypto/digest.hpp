// 32 bytes that stand for any number of them, and how they are written.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace nutricount::crypto {

using Digest = std::array<unsigned char, 32>;  ///< of SHA-256, plain or keyed

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hex(const Digest& digest);
/// The reverse; nothing for any other text, upper-case digits included.
[[nodiscard]] std::optional<Digest> digest_of(std::string_view hex);

/// Whether they are the same, in a time that does not depend on where they differ: for what a
/// stranger may guess at. Throws where libcrypto cannot be loaded.
[[nodiscard]] bool same_in_constant_time(const Digest& left, const Digest& right);

}  // namespace nutricount::crypto
