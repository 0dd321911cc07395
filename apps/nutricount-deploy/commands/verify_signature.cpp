#include "commands/verify_signature.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "crypto/signature.hpp"
#include "crypto/webhook_secret.hpp"
#include "os/input.hpp"
#include "report/screen.hpp"

namespace nutricount::cli {
namespace {
constexpr const char* kFooter = R"(
The signature is GitHub's, of the header X-Hub-Signature-256: sha256= and 64 lower-case hexadecimal
digits. FILE is the payload, every byte of it; - and nothing are stdin.

The secret is that of --secret-file, or the systemd credential webhook-secret, or the variable
WEBHOOK_SECRET; it is never an option. No configuration is needed, and none but that of --config is
read.

EXAMPLES
  nutricount-deploy verify-signature --signature "$SIGNATURE" payload.json
  nutricount-deploy verify-signature --sign payload.json   print the signature, to send a test

EXIT STATUS
  0  the signature matches; with --sign: done
  1  it does not match, or is none
  2  wrong usage, no secret, or no payload: nothing can be said
  130, 143  interrupted)";

std::uint64_t add_all(crypto::Signature& signature, os::Input& input) {
  constexpr std::size_t kBlock = 64U << 10U;
  std::vector<char> block(kBlock);
  std::uint64_t total = 0;
  while (const std::size_t count = input.read(block)) {
    signature.add({block.data(), count});
    total += count;
  }
  return total;
}

void tell_signed(const std::string& signature, const report::Options& options) {
  if (options.json) {
    report::print_document({{"signature", signature}});
  } else {
    report::put(stdout, signature + "\n");
  }
  if (std::ferror(stdout) != 0) throw system_error("cannot write the signature");
}

/// `fault` is empty where it matches.
ExitStatus tell_verified(const std::string& fault, const report::Options& options) {
  const bool valid = fault.empty();
  const std::string words = "signature " + (valid ? "matches" : fault);
  options.log.write(valid ? LogLevel::kInfo : LogLevel::kError, words);
  if (options.json) {
    nlohmann::json document{{"valid", valid}};
    if (!valid) document["reason"] = words;
    report::print_document(document);
  } else if (!valid || !options.quiet) {
    report::Screen screen(options.quiet ? stderr : stdout, options.color);
    const std::string mark(valid ? screen.mark("✔", "ok") : screen.mark("✖", "failed"));
    screen.line(valid ? screen.good(mark) : screen.bad(mark), words);
  }
  return valid ? ExitStatus::kDone : ExitStatus::kNo;
}
}  // namespace

VerifySignatureCommand::VerifySignatureCommand(CLI::App& root, GlobalOptions& globals)
    : Command(root, globals, "verify-signature", "Check or make the signature of a webhook",
              kFooter) {
  auto& app = this->app();
  auto* signature = add_value(app, "--signature", signature_,
                              "What the sender signed with: sha256=HEX", "SIGNATURE");
  auto* sign = add_switch(app, "--sign", sign_, "Print the signature, and check nothing");
  sign->excludes(signature);
  add_value(app, "--secret-file", secret_file_, "Where the secret lies, mode 0600", "FILE");
  app.add_option("FILE", file_, "The payload (default: -, which is stdin)")
      ->type_name("")
      ->check(CLI::Validator(
          [](const std::string& given) {
            return given.empty() ? std::string("must not be empty") : std::string();
          },
          ""));
}

ExitStatus VerifySignatureCommand::run() const {
  if (!sign_ && !given("--signature")) {
    throw usage_error("neither --signature nor --sign is given",
                      "check one with --signature sha256=HEX, or make one with --sign");
  }
  const auto options = told(load_if_named());
  try {
    return answer(options);
  } catch (const Error& error) {
    // 1 is about the signature: whoever refuses a sender for it must not do so for a missing
    // library.
    if (error.status() != ExitStatus::kNo) throw;
    throw usage_error(error.what(), error.hint());
  }
}

ExitStatus VerifySignatureCommand::answer(const report::Options& options) const {
  constexpr std::size_t kLeast = 1;  // it is GitHub's already
  crypto::Signature signature(crypto::read_webhook_secret(secret_file_, kLeast));
  os::Input input(file_);
  if (sign_) {
    const auto size = add_all(signature, input);
    tell_signed(signature.text(), options);
    options.log.write(LogLevel::kInfo, fmt::format("signed a payload of {} bytes", size));
    return ExitStatus::kDone;
  }
  std::string fault(crypto::fault_of_signature(signature_));
  if (const auto claimed = crypto::parse_signature(signature_)) {
    add_all(signature, input);
    if (!signature.matches(*claimed)) fault = "does not match this payload and secret";
  }
  return tell_verified(fault, options);
}

}  // namespace nutricount::cli
