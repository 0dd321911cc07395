#include "notify/payload.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace nutricount::notify {
namespace {
Alert alert() {
  return {.event = Event::kRolledBack,
          .application = "nutricount",
          .host = "pi",
          .time = Timestamp(std::chrono::hours(24)),
          .title = "update to c0ffee1 <!channel> & *Broken* was rolled back",
          .text = "HTTP 503",
          .facts = {{"commit", "c0ffee1"}, {"down for", "1.3 s"}},
          .commands = {"systemctl start x"}};
}
}  // namespace

TEST_CASE("Slack: plain text in blocks, and text in which nothing has a meaning") {
  const auto payload = slack(alert());
  CHECK(
      payload["text"] ==
      "↩️ nutricount on pi: update to c0ffee1 &lt;!channel&gt; &amp; *Broken* was rolled back");
  CHECK(payload["blocks"][0]["type"] == "header");
  CHECK(payload["blocks"][0]["text"]["type"] == "plain_text");
  CHECK(payload["blocks"][1]["text"]["text"] == "HTTP 503\nRun:\nsystemctl start x");
  CHECK(payload["blocks"][2]["fields"][1]["text"] == "down for\n1.3 s");
}

TEST_CASE("Discord: an embed in which nothing has a meaning and that mentions nobody") {
  const auto payload = discord(alert());
  const auto& embed = payload["embeds"][0];
  CHECK(embed["title"] ==
        R"(↩️ nutricount on pi\: update to c0ffee1 \<!channel\> & \*Broken\* was rolled back)");
  CHECK(embed["timestamp"] == "1970-01-02T00:00:00.000Z");
  CHECK(embed["description"] == "HTTP 503\nRun\\:\n```\nsystemctl start x\n```");
  CHECK(embed["fields"][0]["name"] == "commit");
  CHECK(payload["allowed_mentions"]["parse"].empty());
}

TEST_CASE("the limits of both are kept, and no character is cut in two") {
  Alert large = alert();
  large.title.clear();
  for (int i = 0; i < 3000; ++i) large.title += "ü*";
  large.text = large.title + large.title;
  for (int i = 0; i < 40; ++i) large.facts.emplace_back("name", large.title);
  const auto blocks = slack(large)["blocks"];
  CHECK(blocks[0]["text"]["text"].get<std::string>().size() <= 150);
  CHECK(blocks[1]["text"]["text"].get<std::string>().size() <= 3000);
  CHECK(blocks[2]["fields"].size() == 10);
  const auto embed = discord(large)["embeds"][0];
  CHECK(embed["title"].get<std::string>().size() <= 256);
  CHECK(embed["description"].get<std::string>().size() <= 4096);
  // Throws where a text is not UTF-8.
  CHECK(slack(large).dump().size() < 30'000);
  CHECK(embed.dump().size() < 40'000);
  CHECK(embed.dump().size() > 100);
}

TEST_CASE("a long reason leaves the commands their room, and they cannot end their block") {
  Alert large = alert();
  large.text = std::string(9000, '_');
  large.commands = {"ls `x`", std::string(9000, '`')};
  const auto section = slack(large)["blocks"][1]["text"]["text"].get<std::string>();
  CHECK(section.size() == 3000);
  CHECK(section.find("\nRun:\nls `x`\n") != section.npos);
  const auto text = discord(large)["embeds"][0]["description"].get<std::string>();
  CHECK(text.size() <= 4096);
  CHECK(text.find("\nRun\\:\n```\nls 'x'\n'") != text.npos);
  CHECK(text.ends_with("'\n```"));
  large.title = std::string(9000, '&');
  CHECK(slack(large)["text"].get<std::string>().size() <= 4100);
}

TEST_CASE("what is kept is what was there") {
  const auto again = alert_from(to_json(alert()));
  CHECK(to_json(again) == to_json(alert()));
  CHECK(again.event == Event::kRolledBack);
  CHECK(again.commands == alert().commands);
}

}  // namespace nutricount::notify
