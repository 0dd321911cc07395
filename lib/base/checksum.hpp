// Lines that say of themselves whether they are what was written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nutricount {

/// The CRC-32 of zlib and IEEE 802.3: notices every damage that lies within 32 bits, and all but
/// one in four thousand million of any other. Against mistakes of disks, not against people.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes);

/// The text of a JSON object that is not empty, with one more member at its end: "crc32", the
/// checksum of the text without it.
[[nodiscard]] std::string with_checksum(std::string_view object);
/// Whether a text is just as `with_checksum` made it.
[[nodiscard]] bool is_undamaged(std::string_view object);

}  // namespace nutricount
