#include "devices/signals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

using namespace interdict::devices;

namespace {

std::vector<std::span<const Signal>> all_tables() {
  return {content_signals(),    ehlo_signals(),       imap_id_signals(),
          activesync_signals(), user_agent_signals(), certificate_signals()};
}

/// An observation in which the row's sample stands where the row looks.
struct Seen {
  std::vector<Field> headers;
  std::string text;
  Observed observed;

  explicit Seen(const Signal& row) {
    const auto header = [&](std::string_view name, std::string value) {
      text = std::move(value);
      headers = {{name, text}};
    };
    const std::string sample(row.sample);
    switch (row.place) {
      case Place::mailer:
        header("X-Mailer", sample);
        break;
      case Place::mime_version:
        header("Mime-Version", sample);
        break;
      case Place::message_id:
        header("Message-Id", sample);
        break;
      case Place::boundary:
        header("Content-Type", "multipart/mixed;\n\tboundary=\"" + sample + "\"");
        break;
      case Place::field:
        text = sample;
        headers = {{text, "x"}};
        break;
      case Place::received:
        header("Received", sample);
        observed.first_hop = false;
        break;
      case Place::ehlo:
        observed.ehlo = row.sample;
        break;
      case Place::id_name:
        text = "(\"name\" \"" + sample + "\")";
        observed.imap_id = text;
        break;
      case Place::id_os:
        text = "(\"os\" \"" + sample + "\")";
        observed.imap_id = text;
        break;
      case Place::sync_type:
        text = "Cmd=Sync&DeviceType=" + sample;
        observed.activesync_query = text;
        break;
      case Place::sync_device_id:
        text = "Cmd=Sync&DeviceId=" + sample;
        observed.activesync_query = text;
        break;
      case Place::sync_agent:
        observed.activesync_query = "Cmd=Sync";
        observed.user_agent = row.sample;
        break;
      case Place::sync_model:
        observed.activesync_model = row.sample;
        break;
      case Place::sync_os:
        observed.activesync_os = row.sample;
        break;
      case Place::agent:
      case Place::agent_token:
        observed.user_agent = row.sample;
        break;
      case Place::subject:
        observed.certificate_subject = row.sample;
        break;
    }
    observed.headers = headers;
  }
};

Hearing hear(const Observed& seen) {
  Hearing heard;
  hear_content(seen, heard);
  hear_ehlo(seen, heard);
  hear_imap_id(seen, heard);
  hear_activesync(seen, heard);
  hear_user_agent(seen, heard);
  hear_certificate(seen, heard);
  return heard;
}

}  // namespace

TEST_CASE("every row of every table is found in its own sample, and says what it says") {
  for (const auto table : all_tables()) {
    for (const Signal& row : table) {
      CAPTURE(row.id);
      CAPTURE(row.sample);
      CHECK_FALSE(row.sample.empty());
      const Seen seen(row);
      const auto heard = hear(seen.observed);
      const auto readings = heard.readings();
      const auto found = std::find_if(readings.begin(), readings.end(),
                                      [&](const auto& r) { return r.id == row.id; });
      REQUIRE(found != readings.end());
      CHECK(found->weight == row.weight);
      Position says;
      says.vendor = row.says.vendor;
      says.family = row.says.family;
      says.line = row.says.line;
      says.os = row.says.os;
      CHECK(compatible(says, says));
      CHECK(compatible(found->position, says));
      // A row that says something weighs something, and the other way round.
      const bool speaks = says != Position{};
      if (row.weight > 0) CHECK(speaks);
      // The whole claim stands where the row put it.
      const auto claim = identify(seen.observed);
      if (row.weight > 0) {
        CHECK(compatible(claim.position, found->position));
        CHECK_FALSE(claim.nothing_seen());
      } else {
        CHECK(claim.nothing_seen());
      }
    }
  }
}

TEST_CASE("ids are of their mouth and never given twice") {
  std::set<std::string_view> ids;
  const std::map<const Signal*, std::string_view> mouths{
      {content_signals().data(), "content/"},       {ehlo_signals().data(), "ehlo/"},
      {imap_id_signals().data(), "imap-id/"},       {activesync_signals().data(), "activesync/"},
      {user_agent_signals().data(), "user-agent/"}, {certificate_signals().data(), "certificate/"}};
  for (const auto table : all_tables()) {
    for (const Signal& row : table) {
      CAPTURE(row.id);
      CHECK(ids.insert(row.id).second);
      CHECK(row.id.starts_with(mouths.at(table.data())));
    }
  }
}

TEST_CASE("details are read out of the samples") {
  const auto position = [](std::string_view id) {
    for (const auto table : all_tables()) {
      for (const Signal& row : table) {
        if (row.id != id) continue;
        const Seen seen(row);
        return identify(seen.observed).position;
      }
    }
    return Position{};
  };
  CHECK(to_string(position("content/x-mailer-iphone").build) == "20F66");
  CHECK(position("content/x-mailer-iphone").os_version == Version{16, 5, 0});
  // An iPad's build is not listed, but it is of iPadOS 18.
  CHECK(position("content/x-mailer-ipad").os == Os::ipados);
  CHECK_FALSE(position("content/x-mailer-ipad").os_version.known());
  CHECK(position("activesync/agent-iphone").model == "iPhone15,2");
  CHECK(position("activesync/agent-iphone").os_version == Version{16, 5, 0});
  CHECK(position("activesync/model-iphone").model == "iPhone8,4");
  CHECK(position("activesync/os-ios").os_version == Version{11, 2, 6});
  CHECK(to_string(position("activesync/os-ios").build) == "15D100");
  CHECK(position("activesync/model-huawei").vendor == Vendor::huawei);
  CHECK(position("activesync/agent-android").os_version == Version{5, 0, 1});
  CHECK(position("user-agent/dataaccessd-ios").os_version == Version{26, 5, 0});
  CHECK(position("user-agent/iphone").os_version == Version{17, 3, 0});
  CHECK(position("user-agent/ipad").os == Os::ios);  // iPadOS began with 13
  CHECK(position("user-agent/iphone-os").model == "iPhone5,2");
  CHECK(position("user-agent/android-phone").model == "SM-A515F");
  CHECK(position("user-agent/android-phone").vendor == Vendor::samsung);
  CHECK(position("user-agent/android-phone").line == Line::android_phone);
  CHECK(position("user-agent/android-phone").os_version == Version{10, 0, 0});
}
