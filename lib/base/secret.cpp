#include "base/secret.hpp"

namespace nutricount {

std::string redact_url(const std::string& url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string::npos) {  // a path, or user@host:path as ssh has it
    const auto end_of_user = url.rfind('@');
    const bool has_more = end_of_user != std::string::npos && url.find(':') < end_of_user;
    return has_more ? url.substr(end_of_user + 1) : url;
  }
  const auto authority = scheme_end + 3;
  auto end = url.find('/', authority);
  if (end == std::string::npos) end = url.size();
  const auto at = url.rfind('@', end);
  std::string shown = url.substr(0, authority);
  const bool has_user = at != std::string::npos && at >= authority && at < end;
  shown += url.substr(has_user ? at + 1 : authority);
  const auto query = shown.find_first_of("?#");
  return query == std::string::npos ? shown : shown.substr(0, query);
}

}  // namespace nutricount
