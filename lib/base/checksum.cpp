#include "base/checksum.hpp"

#include <fmt/format.h>

#include <array>

namespace nutricount {
namespace {
constexpr std::array<std::uint32_t, 256> make_table() {
  constexpr std::uint32_t kPolynomial = 0xedb88320;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) * kPolynomial);
    table[byte] = value;
  }
  return table;
}
constexpr auto kTable = make_table();

std::string member(std::string_view object_without_end) {
  return fmt::format(R"(,"crc32":"{:08x}"}})", crc32(object_without_end));
}
const std::size_t kMemberSize = member("").size();
}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t value = 0xffffffff;
  for (const char c : bytes) {
    value = kTable[(value ^ static_cast<unsigned char>(c)) & 0xffU] ^ (value >> 8U);
  }
  return ~value;
}

std::string with_checksum(std::string_view object) {
  if (object.ends_with('}')) object.remove_suffix(1);
  return std::string(object) + member(object);
}

bool is_undamaged(std::string_view object) {
  if (object.size() <= kMemberSize) return false;
  const auto end = object.size() - kMemberSize;
  return object.substr(end) == member(object.substr(0, end));
}

}  // namespace nutricount
