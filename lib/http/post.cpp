#include "http/post.hpp"

#include "http/curl_client.hpp"
#include "http/local_address.hpp"

namespace nutricount::http {

bool is_local(const std::string& url) { return local_address(url).has_value(); }

model::Reply post_json(const Secret& url, const std::string& body, Milliseconds timeout) {
  return post_by_curl({.url = url.reveal(), .timeout = timeout}, body);
}

}  // namespace nutricount::http
