#include "logs/run.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "logs/lines.hpp"
#include "logs/testing.hpp"

using namespace interdict;
using namespace interdict::logs;
using namespace interdict::logs::testing;

namespace {

std::vector<std::string> cut(const std::string& text, std::size_t max_line) {
  auto input = Input::of(text);
  Lines lines(input, max_line);
  std::vector<std::string> out;
  Line line;
  for (;;) {
    auto more = lines.next(line);
    if (!more || !*more) return out;
    out.push_back(std::string(line.text) + (line.whole ? "" : "~"));
  }
}

}  // namespace

TEST_CASE("lines are what stands between line ends, and a long one does not hide its neighbours") {
  CHECK(cut("a\nb\r\n\nc", 256) == std::vector<std::string>{"a", "b", "", "c~"});
  const auto longer = std::string(300, 'x');
  CHECK(cut("a\n" + longer + "\nb\n", 256) == std::vector<std::string>{"a", "b"});
  CHECK(cut(longer, 256).empty());
  CHECK(cut("a\n" + std::string(2'000'000, 'x'), 256) == std::vector<std::string>{"a"});
  CHECK(cut("", 256).empty());
}

TEST_CASE("lines agree with the plain way of cutting them, whatever their lengths") {
  rc::check("any text", [] {
    const auto lengths = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 200'000));
    std::string text;
    std::vector<std::string> expected;
    for (const int n : lengths) {
      const std::string line(static_cast<std::size_t>(n), 'y');
      text += line + '\n';
      if (n <= 65'536) expected.push_back(line);
    }
    RC_ASSERT(cut(text, 65'536) == expected);
  });
}

TEST_CASE("an unknown log, an unknown kind and an empty file are told apart") {
  CHECK(read_log("hello\nworld\n").error ==
        "log: none of the first lines is of a log we know; --kind says which of iis, json, mail, "
        "web");
  auto options = work_accounts();
  options.kind = "fax";
  CHECK(read_log("x\n", options).error == "no kind of log \"fax\": there are iis, json, mail, web");
  const auto empty = read_log("");
  CHECK(empty.error.empty());
  CHECK(empty.coverage.files[0].kind == "empty");
}

TEST_CASE("the first stamp of a log is found for the year of its file") {
  CHECK(first_stamp(Input::of("x\nDec 31 23:59:59 h a: b\n")).month == 12);
  CHECK(first_stamp(Input::of("2023-07-16T00:00:00Z h a: b\n")).month == 0);
  CHECK(first_stamp(Input::of("")).month == 0);
}
