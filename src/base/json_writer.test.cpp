#include "base/json_writer.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace interdict;

TEST_CASE("members keep their order, brackets and commas are right") {
  JsonWriter w;
  w.begin_object().member("b", 1).key("a").begin_array().string("x").integer(-2).null().end_array();
  w.member("empty", "").key("o").begin_object().end_object().member("t", true).member("d", 0.1);
  w.end_object();
  CHECK(w.text() == R"({"b":1,"a":["x",-2,null],"empty":"","o":{},"t":true,"d":0.1})");
}

TEST_CASE("indented output") {
  JsonWriter w(2);
  w.begin_object()
      .key("a")
      .begin_array()
      .integer(1)
      .integer(2)
      .end_array()
      .key("e")
      .begin_array()
      .end_array();
  w.end_object();
  CHECK(w.text() == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": []\n}");
}

TEST_CASE("hostile strings stay inside their quotes") {
  CHECK(json_quoted("a\"b\\c\n\x01\x7f") == R"("a\"b\\c\n\u0001\u007f")");
  CHECK(json_quoted("\xFF") == "\"\xEF\xBF\xBD\"");
  JsonWriter w;
  w.real(std::numeric_limits<double>::infinity());
  CHECK(w.text() == "null");
}
