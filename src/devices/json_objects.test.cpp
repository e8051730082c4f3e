#include "devices/json_objects.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace interdict;
using devices::JsonMember;

namespace {

std::string members_of(std::string_view text) {
  std::string out;
  const auto read = devices::read_json_object(text, [&](std::span<const JsonMember> members) {
    for (const auto& m : members) out += std::string(m.name) + '=' + std::string(m.value) + ';';
    return ok();
  });
  return read ? out : "error: " + read.error().what();
}

}  // namespace

TEST_CASE("one object, written over as many lines as its author likes") {
  CHECK(members_of("{}").empty());
  CHECK(members_of("{\n  \"account\": \"a\",\n  \"n\": 7, \"ok\": true\n}\n") ==
        "account=a;n=7;ok=true;");
  CHECK(members_of(R"({"list": [1], "object": {"a": 1}, "null": null, "last": "x"})") == "last=x;");
}

TEST_CASE("anything else is an error that says so") {
  for (const std::string_view text : {"", " ", "{", "{}{}", "{} x", "{\"a\": \"\xff\"}"}) {
    CAPTURE(text);
    CHECK(members_of(text).starts_with("error: JSON"));
  }
  CHECK(members_of("[{}]") == "error: JSON, but no object");
  CHECK(members_of("7") == "error: JSON, but no object");
  CHECK(members_of(std::string((1 << 20) + 1, ' ')) == "error: JSON larger than 1 MiB");
}
