#include "artefacts/locator.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using interdict::key_path;
using interdict::Locator;

TEST_CASE("a locator written as text reads back as itself, whatever its parts hold") {
  CHECK(rc::check([](const std::string& artefact, const std::string& file, const std::string& table,
                     std::int64_t rowid, const std::string& path) {
    const Locator locator{artefact, file, table, rowid, path};
    const std::string text = locator.to_text();
    RC_ASSERT(text.find('\n') == std::string::npos);
    RC_ASSERT(text.find('\0') == std::string::npos);
    RC_ASSERT(Locator::parse(text) == locator);
  }));
}

TEST_CASE("the characters with a meaning of their own survive in a locator") {
  const Locator locator{"ios/x", "/a|b\\p", "t\n", -3, std::string("k\r\0", 3)};
  CHECK(locator.to_text() == "ios/x|/a\\pb\\\\p|t\\n|-3|k\\r\\0");
  CHECK(Locator::parse(locator.to_text()) == locator);
}

TEST_CASE("a citation looks as the documentation says") {
  const Locator row{"ios/sms", "/private/var/mobile/Library/SMS/sms.db", "message", 3, ""};
  CHECK(row.to_text() == "ios/sms|/private/var/mobile/Library/SMS/sms.db|message|3|");
}

TEST_CASE("text that is no locator is refused") {
  for (const char* text :
       {"", "a|b|c|1", "a|b|c|1|d|e", "a|b|c|x|d", "a|b|c||d", "a|b|c|1 |d", "a\\|b|c|1|d",
        "a\\x|b|c|1|d", "a|b|c|1|d\\", "a|b|c|99999999999999999999|"}) {
    CAPTURE(text);
    CHECK_FALSE(Locator::parse(text));
  }
}

TEST_CASE("a key that holds a slash is one step of a key path") {
  CHECK(key_path({"netUsageBaseline", "BackupAgent"}) == "netUsageBaseline/BackupAgent");
  CHECK(key_path({"netUsageBaseline", "powerd/com.apple"}) == "netUsageBaseline/powerd~1com.apple");
  CHECK(key_path({"a~1", "0"}) == "a~01/0");
  CHECK(key_path({}).empty());
}
