#include "logs/message_id.hpp"

#include <string>

#include <doctest/doctest.h>

#include "devices/claim.hpp"

using namespace interdict;
using namespace interdict::logs;

namespace {

std::string shape(std::string_view id) {
  MessageIdShape s;
  return std::string(s.of(id));
}

devices::Claim claim_of(std::string_view id) {
  const devices::Field fields[] = {{"Mime-Version", "1.0 (1.0)"}, {"message-id", id}};
  devices::Observed seen;
  seen.headers = fields;
  return devices::identify(seen);
}

}  // namespace

TEST_CASE("a shape names the mailer and not the message") {
  CHECK(shape("<5D0B8A1E-0F3C-4C8E-9B1A-7F0A7B1C2D3E@work.example>") ==
        "<00000000-0000-4000-8000-000000000000@work.example>");
  CHECK(shape("<5D0B8A1E-0F3C-5972-9B1A-7F0A7B1C2D3E@work.example>") == "<x@work.example>");
  CHECK(shape("<CAH+x1y2z3=abc@mail.gmail.com>") == "<CAx@mail.gmail.com>");
  CHECK(shape("<0d2a1f1e-43f1@Spark>") == "<x@Spark>");
  CHECK(shape("").empty());
  CHECK(shape("<secret>") == "<x>");
  CHECK(shape("no angle") == "x");
  CHECK(shape("<a@" + std::string(1000, 'b')).size() == 128);
}

TEST_CASE("what is asked of an id is answered the same for its shape") {
  for (const char* id : {"<5D0B8A1E-0F3C-4C8E-9B1A-7F0A7B1C2D3E@work.example>",
                         "<5D0B8A1E-0F3C-5972-9B1A-7F0A7B1C2D3E@work.example>",
                         "<5d0b8a1e-0f3c-4c8e-9b1a-7f0a7b1c2d3e@work.example>",
                         "<8A6F2D1C0B9E7A53.0d2a@mail.outlook.com>", "<CAH+x1@mail.gmail.com>",
                         "<0d2a1f1e-43f1-4f3a-9f61-1c1f4e6f3f0a@Spark>"}) {
    CAPTURE(id);
    const auto whole = claim_of(id), shaped = claim_of(shape(id));
    CHECK(whole.position == shaped.position);
    CHECK(whole.against_interest == shaped.against_interest);
    CHECK(whole.contradictions.size() == shaped.contradictions.size());
  }
}

TEST_CASE("a log that does not say how Message-Id was spelled accuses nobody of forging") {
  const devices::Field fields[] = {
      {"X-Mailer", "iPhone Mail (20F66)"},
      {"Mime-Version", "1.0 (1.0)"},
      {"message-id", "<00000000-0000-4000-8000-000000000000@work.example>"}};
  devices::Observed seen;
  seen.headers = fields;
  const auto claim = devices::identify(seen);
  CHECK(claim.position.line == devices::Line::iphone);
  CHECK_FALSE(claim.forged);
}
