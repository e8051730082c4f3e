#include "formats/stix.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "base/file.hpp"
#include "support/shared_data.hpp"

using namespace interdict;

namespace {

struct Seen {
  std::vector<std::string> objects;  // "type id pattern" and what else is set
  std::string error;
};

/// Reads `text` handing out at most `piece` bytes at a time.
Seen read(std::string_view text, std::size_t piece = 1 << 20, std::size_t window = 1 << 20) {
  Seen seen;
  stix::BundleReader reader(window);
  const auto status = reader.read(
      [&](std::span<char> into) -> Result<std::size_t> {
        const auto n = std::min({text.size(), into.size(), piece});
        std::memcpy(into.data(), text.data(), n);
        text.remove_prefix(n);
        return n;
      },
      [&](const stix::Object& o) -> Status {
        std::string line = fmt::format("{} {} {}", o.type, o.id, o.pattern);
        for (const auto more : {o.name, o.pattern_type, o.source_ref, o.target_ref}) {
          if (!more.empty()) line += fmt::format(" {}", more);
        }
        for (const auto ref : o.object_refs) line += fmt::format(" +{}", ref);
        if (o.revoked) line += " revoked";
        seen.objects.push_back(line);
        return ok();
      });
  if (!status) seen.error = status.error().what();
  return seen;
}

const std::string kIndicator =
    R"({"type":"indicator","id":"indicator--1","pattern":"[domain-name:value='a.example']"})";

}  // namespace

TEST_CASE("a bundle's objects are visited with the members that matter") {
  const auto seen = read(R"({ "type": "bundle", "id": "bundle--1", "spec_version": "2.0",
    "objects": [
      {"type":"malware", "id":"malware--1", "name":"Worm \"x\" \u00e9", "is_family": false},
      {"id":"indicator--1", "labels": [ "a}", {"b": ["c"]} ], "type":"indicator",
       "pattern":"[url:value = 'http:\/\/x\/?a=\\'b']", "pattern_type":"stix", "revoked": true},
      {"type":"relationship","id":"r","source_ref":"indicator--1","target_ref":"malware--1"},
      {"type":"report","id":"report--1","object_refs":["a","b\\"], "name": null}
    ], "more": { "x": [1, "]"] } }
  )");
  CHECK(seen.error.empty());
  CHECK(seen.objects == std::vector<std::string>{
                            "malware malware--1  Worm \"x\" \xC3\xA9",
                            "indicator indicator--1 [url:value = 'http://x/?a=\\'b'] stix revoked",
                            "relationship r  indicator--1 malware--1",
                            "report report--1  +a +b\\",
                        });
}

TEST_CASE("a bare list, a byte order mark and an empty list are bundles too") {
  CHECK(read("\xEF\xBB\xBF[" + kIndicator + "]").objects.size() == 1);
  CHECK(read("[]").error.empty());
  CHECK(read(R"({"objects":[]})").error.empty());
  CHECK(read(R"({"objects":[],"more":false})").error.empty());
}

TEST_CASE("what is not a whole bundle is refused with the place") {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "the file is empty"},
           {"  \n", "the file is empty"},
           {"hello", "byte 0: neither a STIX bundle nor a list of objects"},
           {"{}", "not a STIX bundle: it has no list of objects"},
           {R"({"objects":5})", "not a STIX bundle: it has no list of objects"},
           {"{\"objects\":[" + kIndicator + "]", "the file ends within the bundle"},
           {"{\"objects\":[" + kIndicator + " " + kIndicator + "]}", "expected ',' or ']'"},
           {"{\"objects\":[" + kIndicator + ",]}", "expected an object"},
           {"{\"objects\":[1]}", "byte 12"},
           {"{\"objects\":[" + kIndicator + ",\"x\"]}", "expected an object"},
           {"{\"objects\":[{\"id\":\"x\"}]}", "an object without a type"},
           {"[{\"type\":\"bundle\",\"objects\":[]}]", "a bundle inside a list of objects"},
           {"[" + kIndicator + "] x", "something follows the end of the bundle"},
           {"[" + kIndicator + "]]", "something follows the end of the bundle"},
           {"[{\"type\":\"indicator\",\"id\" \"x\"}]", "byte 1: in the object that begins here"},
           {"[{\"type\":\"indicator\",\"id\":\"\xFF\"}]", "byte 1: in the object that begins here"},
           {"[{\"type\":\"indicator\",\"id\":\"a\nb\"}]", "byte 1"},
           {"[{\"type\":\"indicator\"", "the file ends within the bundle"},
           {R"({"objects":[],"objects":[]})", "a second list of objects"},
       }) {
    CAPTURE(text);
    const auto seen = read(text);
    CAPTURE(seen.error);
    CHECK(seen.error.find(why) != std::string::npos);
  }
}

TEST_CASE("a truncated bundle is never taken for a whole one") {
  const std::string whole = "{\"x\":[{}], \"objects\": [" + kIndicator +
                            ", {\"type\":\"t\",\"a\":{" + "\"b\":[{}]}}], \"y\": 1}";
  REQUIRE(read(whole).error.empty());
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CAPTURE(n);
    CHECK_FALSE(read(whole.substr(0, n)).error.empty());
  }
}

TEST_CASE("what is read does not depend on where the windows end") {
  // Strings full of braces and quotes, so that most cuts at a '}' are wrong.
  std::string text = "[";
  std::size_t count = 0;
  while (text.size() < (std::size_t{5} << 20)) {
    if (count > 0) text += ",";
    std::string filler;
    for (std::size_t i = 0; i < count * 37 % 4001; ++i) filler += i % 3 == 0 ? "}" : "\\\"";
    text +=
        fmt::format(R"({{"type":"indicator","id":"i--{}","x":[{{"y":"{}"}}],"pattern":"{}\\"}})",
                    count, filler, filler.substr(0, filler.size() % 7 == 0 ? 0 : 1));
    ++count;
  }
  text += "]";
  const auto seen = read(text);
  CHECK(seen.error.empty());
  REQUIRE(seen.objects.size() == count);
  CHECK(seen.objects.back().starts_with(fmt::format("indicator i--{} ", count - 1)));
  const auto pieces = read(text, 4099);
  CHECK(pieces.error.empty());
  CHECK(pieces.objects == seen.objects);
  for (const std::size_t window : {1000, 4096, 70'001}) {
    CAPTURE(window);
    const auto small = read(text, 1 << 20, window);
    CHECK(small.error.empty());
    CHECK(small.objects == seen.objects);
  }
}

TEST_CASE("an object larger than a window is read, one beyond the limit is refused") {
  const auto with_filler = [](std::size_t size) {
    return "[" + kIndicator + ",{\"x\":\"" + std::string(size, '}') + "\",\"type\":\"t\"}," +
           kIndicator + "]";
  };
  CHECK(read(with_filler(3 << 20)).objects.size() == 3);
  CHECK(read(with_filler(130 << 20)).error == "an object of more than 64 MiB");
}

TEST_CASE("any list of objects comes back in order, whatever its texts hold") {
  CHECK(rc::check([](const std::vector<std::string>& texts) {
    std::string json = "{\"objects\":[";
    std::vector<std::string> expected;
    for (const auto& text : texts) {
      std::string escaped;
      for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7F) {
          escaped += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          escaped += static_cast<unsigned char>(c) < 0x80 ? c : '?';
        }
      }
      std::string plain = text;
      std::replace_if(
          plain.begin(), plain.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; },
          '?');
      if (!expected.empty()) json += " ,\n";
      json += fmt::format(R"({{"n":{{"x":["{0}"]}},"id":"{0}","type":"t"}})", escaped);
      expected.push_back("t " + plain + " ");
    }
    for (const std::size_t window : {1, 100, 1 << 20}) {
      const auto seen = read(json + "]}", 7, window);
      RC_ASSERT(seen.error.empty());
      RC_ASSERT(seen.objects == expected);
    }
  }));
}

TEST_CASE("the published sets are read without a lost object") {
  if (test::missing_data("indicators")) return;
  const std::map<std::string, std::size_t> expected = {
      {"pegasus.stix2", 1 + 2 * 1549},
      {"cytrox.stix2", 1 + 2 * 343},
      {"predator.stix2", 1 + 2 * 585},
      {"operation_triangulation.stix2", 1 + 2 * 112},
  };
  for (const auto& [name, objects] : expected) {
    CAPTURE(name);
    const auto bytes = read_file(test::shared_data() / "indicators" / name, 1 << 30);
    REQUIRE(bytes.has_value());
    const auto seen = read(text_of(*bytes));
    CHECK(seen.error.empty());
    CHECK(seen.objects.size() == objects);
  }
}
