#include "base/checksum.hpp"

#include <fmt/format.h>
#include <zlib.h>

namespace nutricount {
namespace {
std::string member(std::string_view object_without_end) {
  return fmt::format(R"(,"crc32":"{:08x}"}})", crc32(object_without_end));
}
const std::size_t kMemberSize = member("").size();
}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
  return static_cast<std::uint32_t>(::crc32_z(0, begin, bytes.size()));
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
