#include "devices/input.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "devices/claim.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

struct Read {
  std::vector<std::string> seen, bad;
  std::string error;
};
Read read(std::string_view text, Form form) {
  Read out;
  const auto status = each_observation(
      text, form,
      [&](const Observed& seen, std::size_t line) {
        out.seen.push_back(std::to_string(line) + " " + described(identify(seen).position));
        return ok();
      },
      [&](std::size_t line, std::string_view why) {
        out.bad.push_back(std::to_string(line) + " " + std::string(why));
      });
  if (!status) out.error = status.error().what();
  return out;
}
Read read(std::string_view text) { return read(text, guess_form(text)); }

}  // namespace

TEST_CASE("the form is told by the first line") {
  CHECK(guess_form("From: a@b\nTo: c\n") == Form::message);
  CHECK(guess_form("\nReturn-Path: <x>\n") == Form::message);
  CHECK(guess_form("From me Thu\nA: b\n") == Form::message);
  CHECK(guess_form("Mozilla/5.0 (iPhone; x)") == Form::agent);
  CHECK(guess_form("User-Agent: Mozilla/5.0 (iPhone; x)\n") == Form::agent);
  CHECK(guess_form("User-Agent: x\nFrom: y\n") == Form::message);
  CHECK(guess_form("(\"name\" \"iPhone Mail\")") == Form::imap_id);
  CHECK(guess_form("name=iPhone Mail, os=iOS") == Form::imap_id);
  CHECK(guess_form("2 ID (\"name\" \"x\")") == Form::imap_id);
  CHECK(guess_form("a id NIL") == Form::imap_id);
  CHECK(guess_form("POST /Microsoft-Server-ActiveSync?x HTTP/1.1") == Form::request);
  CHECK(guess_form("/Microsoft-Server-ActiveSync?Cmd=Sync") == Form::request);
  CHECK(guess_form("{\"ehlo\":\"x\"}") == Form::json);
  CHECK(guess_form("") == Form::agent);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(form_from_name(name_of(static_cast<Form>(i))) == static_cast<Form>(i));
  }
  CHECK_FALSE(form_from_name("eml"));
}

TEST_CASE("every form becomes observations") {
  CHECK(read("X-Mailer: iPhone Mail (20F66)\n\nbody\n").seen ==
        std::vector<std::string>{"1 an iPhone, iOS 16.5 (20F66)"});
  CHECK(read("iOS/16.5.1 (20F75) dataaccessd/1.0\n\nmacOS/13.4 (22F66) dataaccessd/1.0\n").seen ==
        std::vector<std::string>{"1 an iPhone or iPad, version 16.5.1 (20F75)",
                                 "3 a Mac, macOS 13.4 (22F66)"});
  CHECK(read("3 ID (\"name\" \"iPad Mail\")\n").seen == std::vector<std::string>{"1 an iPad"});
  CHECK(
      read("OPTIONS /Microsoft-Server-ActiveSync/default.eas?DeviceType=iPad HTTP/1.1\r\n").seen ==
      std::vector<std::string>{"1 an iPad"});
  CHECK(read("POST https://mail.example/Microsoft-Server-ActiveSync?Cmd=Sync HTTP/1.1\r\n"
             "Host: mail.example\r\nUser-Agent: Apple-iPhone15C2/2006.66\r\n\r\n\1\2")
            .seen == std::vector<std::string>{"1 an iPhone 14 Pro (iPhone15,2), iOS 16.5 (20F66)"});
  // Another path's query is nobody's device type.
  CHECK(read("GET /owa/?DeviceType=iPad HTTP/1.1\n").seen ==
        std::vector<std::string>{"1 a device"});
}

TEST_CASE("JSON lines name their members, and a wrong one is not silently dropped") {
  const auto r = read(
      "{\"ehlo\":\"smtpclient.apple\",\"headers\":\"X-Mailer: iPad Mail (22D82)\\n\"}\n"
      "{\"elho\":\"smtpclient.apple\"}\n"
      "{\"first_hop\":\"perhaps\"}\n"
      "{\"headers\":\"\"}\n"
      "nonsense\n"
      "{\"product_type\":\"iPhone9,3\",\"product_version\":\"14.3\",\"build_version\":\"18C66\","
      "\"compromised\":true}\n"
      "{\"inventory_model\":\"SM-A515F\",\"inventory_os\":\"Android\"}\n");
  CHECK(r.seen == std::vector<std::string>{"1 an iPad, iPadOS (22D82)",
                                           "6 an iPhone 7 (iPhone9,3), iOS 14.3 (18C66)",
                                           "7 a device (SM-A515F) by samsung, Android"});
  CHECK(r.bad.size() == 4);
  CHECK(r.bad.at(0) == "2 no member is called 'elho'");
  CHECK(r.bad.at(1) == "3 'first_hop' is neither true nor false");
  CHECK(r.bad.at(2) == "4 headers: no header field");
}

TEST_CASE("a message without fields and a broken array are errors") {
  CHECK(read("hello\n", Form::message).error == "no header field");
  CHECK(read("[{\"ehlo\":1}", Form::json).error.starts_with("JSON: "));
  CHECK(read("", Form::agent).seen.empty());
}
