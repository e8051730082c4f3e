#include "indicators/plain_list.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace interdict;
using namespace interdict::indicators;

namespace {

std::string shown(std::string_view text) {
  std::string out;
  const auto status = read_plain_list(text, [&](const ListLine& line) {
    out += fmt::format("{} {} {}; ", line.number,
                       line.key != nullptr ? name_of(line.key->type) : line.why_not, line.value);
  });
  return status ? out : out + "error: " + status.error().what();
}

}  // namespace

TEST_CASE("a plain list holds one value a line, its type guessed or given") {
  CHECK(shown("# mine\r\n\r\nevil.example\r\nprocess,BackupAgent\n"
              "file:hashes.md5\t0123456789abcdef0123456789abcdef\n\"sub.evil.example\"\n"
              "file_name,\"a, b\"") ==
        "3 domain evil.example; 4 process BackupAgent; 5 md5 0123456789abcdef0123456789abcdef; "
        "6 domain sub.evil.example; 7 file_name a, b; ");
  CHECK(shown("type,value\ndomain,evil.example") == "2 domain evil.example; ");
  CHECK(shown("evil.example  # seen in May\nhttps://evil.example/a#b") ==
        "1 domain evil.example; 2 url https://evil.example/a#b; ");
  CHECK(shown("https://evil.example/a,b") == "1 url https://evil.example/a,b; ");
  CHECK(shown("\xEF\xBB\xBF"
              "evil.example") == "1 domain evil.example; ");
}

TEST_CASE("a property that no phone can answer is told, a line that is nothing is an error") {
  CHECK(shown("mac-addr:value,aa:bb") ==
        "1 mac-addr: phones keep no hardware addresses of what they talked to aa:bb; ");
  CHECK(shown("evil.example\nBackupAgent\n") ==
        "1 domain evil.example; error: line 2: 'BackupAgent' is not a host name with a dot");
  CHECK(shown("sha256,abc") == "error: line 1: 'abc' is not sha256");
  CHECK(shown("2001:db8::1,note").starts_with("error: line 1: "));
}
