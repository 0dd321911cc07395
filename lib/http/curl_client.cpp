#include "http/curl_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "http/libcurl.hpp"
#include "http/local_address.hpp"
#include "http/reason.hpp"

namespace nutricount::http {
namespace {
constexpr long kMostRedirects = 5;
// Loopback addresses, as NO_PROXY has them.
constexpr const char* kLoopback = "localhost,127.0.0.0/8,::1";

struct CloseHandle {
  void operator()(CURL* handle) const { curl().easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;

// Keeps one byte more than may be, and ends the transfer there.
std::size_t collect(const char* bytes, std::size_t size, std::size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  const std::size_t taken = std::min(size * count, kBodyLimit + 1 - text.size());
  text.append(bytes, taken);
  return taken;
}

/// What holds for this process already, and loopback.
std::string no_proxy() {
  std::string hosts = kLoopback;
  for (const char* name : {"no_proxy", "NO_PROXY"}) {
    const char* given = std::getenv(name);
    if (given != nullptr && *given != '\0') return fmt::format("{},{}", hosts, given);
  }
  return hosts;
}

void address_it(CURL* request, const std::string& url) {
  const auto set = curl().easy_setopt;
  const auto local = local_address(url);
  if (local && !local->socket.empty()) {
    set(request, CURLOPT_UNIX_SOCKET_PATH, local->socket.c_str());
    set(request, CURLOPT_URL, ("http://" + local->authority + local->target).c_str());
  } else {
    set(request, CURLOPT_URL, url.c_str());
  }
}

void set_up(CURL* request, const Probe& probe, std::string& body, char* message) {
  const auto set = curl().easy_setopt;
  address_it(request, probe.url);
  set(request, CURLOPT_PROTOCOLS_STR, "http,https");
  set(request, CURLOPT_FOLLOWLOCATION, probe.follow_redirects ? 1L : 0L);
  set(request, CURLOPT_MAXREDIRS, kMostRedirects);
  set(request, CURLOPT_TIMEOUT_MS, static_cast<long>(probe.timeout.count()));
  set(request, CURLOPT_NOSIGNAL, 1L);
  set(request, CURLOPT_QUICK_EXIT, 1L);  // does not wait for a name server after the deadline
  set(request, CURLOPT_NOPROXY, no_proxy().c_str());
  if (!probe.ca_file.empty()) set(request, CURLOPT_CAINFO, probe.ca_file.c_str());
  set(request, CURLOPT_USERAGENT, "nutricount-deploy/" NUTRICOUNT_DEPLOY_VERSION);
  set(request, CURLOPT_ERRORBUFFER, message);
  set(request, CURLOPT_WRITEFUNCTION, collect);
  set(request, CURLOPT_WRITEDATA, &body);
}

template <typename Value>
Value info(CURL* request, CURLINFO what) {
  Value value{};
  curl().easy_getinfo(request, what, &value);
  return value;
}

Phase phase_of(CURL* request, bool tls) {
  if (info<double>(request, CURLINFO_STARTTRANSFER_TIME) > 0) return Phase::kBody;
  const auto connected = tls ? CURLINFO_APPCONNECT_TIME : CURLINFO_CONNECT_TIME;
  return info<double>(request, connected) > 0 ? Phase::kHeader : Phase::kConnection;
}

// "SSL certificate problem: certificate has expired" -> "certificate has expired".
std::string certificate_problem(const std::string& said) {
  const auto colon = said.find(": ");
  return fmt::format("its certificate is not valid: {}",
                     colon == std::string::npos ? said : said.substr(colon + 2));
}

/// Nothing else of an address is told: what comes after the host may be a secret.
std::string host_of(const std::string& url) {
  const std::string redacted = redact_url(url);
  const auto start = redacted.find("://");
  if (start == std::string::npos) return "it";
  return redacted.substr(start + 3, redacted.find('/', start + 3) - start - 3);
}

std::string reason(CURL* request, CURLcode code, const Probe& probe, const std::string& said) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(phase_of(request, probe.url.starts_with("https:")), probe.timeout);
    case CURLE_COULDNT_CONNECT: {
      const auto number = info<long>(request, CURLINFO_OS_ERRNO);
      return number != 0 ? in_words(static_cast<int>(number)) : "no connection";
    }
    case CURLE_COULDNT_RESOLVE_HOST:
      return fmt::format("no address found for {}", host_of(probe.url));
    case CURLE_PEER_FAILED_VERIFICATION:
      return certificate_problem(said);
    case CURLE_SSL_CACERT_BADFILE:
      return fmt::format("{} cannot be read as certificates", probe.ca_file.string());
    case CURLE_TOO_MANY_REDIRECTS:
      return fmt::format("more than {} redirects", kMostRedirects);
    case CURLE_GOT_NOTHING:
      return kNoAnswer;
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return kBrokeOff;
    case CURLE_WRITE_ERROR:
      return too_long();
    default:
      return curl().easy_strerror(code);
  }
}

Handle make_request() {
  Handle request(curl().easy_init());
  if (!request) throw Error("libcurl cannot start", "check the installation of libcurl4");
  return request;
}

model::Reply perform(CURL* request, const Probe& probe) {
  model::Reply reply;
  std::array<char, CURL_ERROR_SIZE> message{};
  set_up(request, probe, reply.body, message.data());
  const CURLcode code = curl().easy_perform(request);
  if (code != CURLE_OK) return {.error = reason(request, code, probe, message.data())};
  const auto text = [&](CURLINFO what) {
    const char* found = info<const char*>(request, what);
    return std::string(found != nullptr ? found : "");
  };
  reply.status = static_cast<int>(info<long>(request, CURLINFO_RESPONSE_CODE));
  reply.content_type = text(CURLINFO_CONTENT_TYPE);
  reply.location = text(CURLINFO_REDIRECT_URL);
  return reply;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};
}  // namespace

model::Reply get_by_curl(const Probe& probe) { return perform(make_request().get(), probe); }

model::Reply post_by_curl(const Probe& probe, const std::string& json) {
  const Handle request = make_request();
  const std::unique_ptr<curl_slist, FreeList> headers(
      curl().slist_append(nullptr, "Content-Type: application/json"));
  const auto set = curl().easy_setopt;
  set(request.get(), CURLOPT_HTTPHEADER, headers.get());
  set(request.get(), CURLOPT_POSTFIELDS, json.c_str());
  set(request.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(json.size()));
  return perform(request.get(), probe);
}

}  // namespace nutricount::http
