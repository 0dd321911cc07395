#include "git/remote.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git/comparison.hpp"
#include "git/handles.hpp"
#include "git/stream.hpp"
#include "os/file.hpp"
#include "os/secret_file.hpp"

namespace nutricount::git {
namespace fs = std::filesystem;
namespace {
constexpr const char* kSystemBundle = "/etc/ssl/certs/ca-certificates.crt";

void refuse_directory(const char* key, const fs::path& path) {
  if (!fs::is_directory(path)) return;
  throw usage_error(fmt::format("{} {} is a directory", key, path.string()), "name a file in it");
}

Secret read_token(const fs::path& path) {
  return path.empty() ? Secret() : os::read_secret(path, "source.token_file", "the token");
}

std::vector<fs::path> keys_for(const Remote& remote, const os::Owner& owner) {
  if (!remote.ssh_key.empty()) {
    if (access(remote.ssh_key.c_str(), R_OK) == 0) return {remote.ssh_key};
    const Error cause =
        system_error(fmt::format("cannot read source.ssh_key {}", remote.ssh_key.string()));
    throw usage_error(cause.what(), fmt::format("let {} read it, mode 0600", owner.name));
  }
  std::vector<fs::path> keys;
  for (const char* name : {"id_ed25519", "id_ecdsa"}) {
    const fs::path key = owner.home / ".ssh" / name;
    if (access(key.c_str(), R_OK) == 0) keys.push_back(key);
  }
  return keys;
}

int on_credentials(git_credential** out, const char* /*url*/, const char* user, unsigned allowed,
                   void* payload) {
  auto& connection = *static_cast<Connection*>(payload);
  if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) != 0) {
    // Asked again means refused: libgit2 would ask for ever.
    if (connection.token.empty() || connection.token_tried) {
      connection.refusal =
          connection.token.empty() ? "it asks for a token" : "it refuses the token";
      return GIT_EAUTH;
    }
    connection.token_tried = true;
    return libgit2().credential_userpass_plaintext_new(out, "x-access-token",
                                                       connection.token.reveal().c_str());
  }
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0) {
    if (connection.keys.empty()) {
      connection.refusal = "it accepts none of the ssh keys";
      return GIT_EAUTH;
    }
    const std::string key = connection.keys.front();
    connection.keys.erase(connection.keys.begin());
    const std::string open_key = key + ".pub";
    const bool has_open = access(open_key.c_str(), R_OK) == 0;
    return libgit2().credential_ssh_key_new(out, user != nullptr ? user : "git",
                                            has_open ? open_key.c_str() : nullptr, key.c_str(),
                                            nullptr);
  }
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0)
    return libgit2().credential_username_new(out, "git");
  connection.refusal = "it offers no known kind of authentication";
  return GIT_EAUTH;
}

int on_progress(const git_indexer_progress* progress, void* payload) {
  constexpr double kEvery = 0.1;
  auto& connection = *static_cast<Connection*>(payload);
  connection.transfer = {progress->received_objects, progress->total_objects,
                         progress->received_bytes};
  if (connection.since_report.seconds() < kEvery) return 0;
  connection.since_report = Stopwatch();
  connection.report(to_text(connection.transfer));
  return 0;
}

// libgit2 has one place for certificates: the system's and ours go there together.
std::string both(const fs::path& ca_file) {
  const char* const hint = "name a file with certificates in PEM form";
  refuse_directory("source.ca_file", ca_file);
  const auto own = os::read_file(ca_file, 1U << 20U);
  if (!own)
    throw usage_error(fmt::format("source.ca_file {} does not exist", ca_file.string()), hint);
  if (own->find("-----END CERTIFICATE-----") == std::string::npos) {
    throw usage_error(fmt::format("source.ca_file {} holds no certificate", ca_file.string()),
                      hint);
  }
  return os::read_file(kSystemBundle).value_or("") + "\n" + *own;
}
}  // namespace

void trust_certificates(const fs::path& ca_file) {
  if (ca_file.empty()) {
    libgit2().libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, kSystemBundle, nullptr);
    return;  // where that fails, the server's certificate is refused: then it is told
  }
  const std::string certificates = both(ca_file);
  std::string name = "/tmp/nutricount-deploy-ca-XXXXXX";
  const os::Fd file(mkstemp(name.data()));
  if (!file) throw system_error("cannot make a temporary file in /tmp");
  os::write_all(file.get(), certificates, name);
  const int result = libgit2().libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, name.c_str(), nullptr);
  unlink(name.c_str());
  ensure(result, fmt::format("cannot use the certificates in {}", ca_file.string()));
}

std::unique_ptr<Connection> connect(const Remote& remote, const std::string& url,
                                    const os::Owner& owner, const os::Report& report) {
  if (url.starts_with("http") || !remote.ca_file.empty()) trust_certificates(remote.ca_file);
  send_at_once(url);
  return std::make_unique<Connection>(Connection{.remote = remote,
                                                 .owner = owner,
                                                 .report = report,
                                                 .token = read_token(remote.token_file),
                                                 .keys = keys_for(remote, owner)});
}

git_fetch_options fetch_options(Connection& connection) {
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.prune = GIT_FETCH_NO_PRUNE;
  options.callbacks.payload = &connection;
  options.callbacks.credentials = on_credentials;
  options.callbacks.transfer_progress = on_progress;
  options.proxy_opts.type = GIT_PROXY_AUTO;
  return options;
}

Error transfer_error(const Connection& connection, const std::string& url, int result) {
  const std::string shown = redact_url(url);
  const ::git_error* last = libgit2().error_last();
  const std::string said =
      redact_message(last != nullptr && last->message != nullptr ? last->message : "");
  if (!connection.refusal.empty()) {
    return Error(fmt::format("{} lets nobody in: {}", shown, connection.refusal),
                 "for https set source.token_file (mode 0600); for ssh let it accept the owner's "
                 "ed25519 or ecdsa key, or name another in source.ssh_key");
  }
  if (result == GIT_ECERTIFICATE) {
    const bool ssh = !shown.starts_with("https");
    return Error(
        fmt::format("{} cannot be trusted: {}", shown, said),
        ssh ? "add its host key after checking it: ssh-keyscan HOST >> ~/.ssh/known_hosts, "
              "as the application's owner"
            : "if its certificate is your own authority's, name that in source.ca_file");
  }
  if (result == GIT_EAUTH) {
    return Error(fmt::format("{} lets nobody in: {}", shown, said),
                 "check source.token_file, or the ssh key of the application's owner");
  }
  return Error(fmt::format("cannot fetch from {}: {}", shown, said),
               "check the network and source.url; the application was not touched");
}

std::function<void(std::string_view)> transfer_reader(const OnTransfer& on_transfer) {
  return [on_transfer](std::string_view text) {
    if (on_transfer) on_transfer(transfer_from_text(text));
  };
}

}  // namespace nutricount::git
