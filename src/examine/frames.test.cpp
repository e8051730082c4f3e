#include "examine/frames.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include "base/file.hpp"
#include "examine/archive.hpp"
#include "examine/messages.hpp"

using namespace interdict;
using namespace interdict::examine;

namespace {

std::string sent(std::uint8_t says, std::string_view body) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const Fd reader(ends[0]), writer(ends[1]);
  REQUIRE(send_frame(writer.get(), says, body));
  std::string bytes(body.size() + 100, '\0');
  const auto n = ::read(reader.get(), bytes.data(), bytes.size());
  bytes.resize(static_cast<std::size_t>(n));
  return bytes;
}

Hit sample_hit() {
  return {.indicator = 7,
          .column = 3,
          .kind = FindingKind::attempt,
          .truncated = true,
          .at = UtcTime{-5},
          .value = "example.org",
          .locator = {"ios/sms", "/private/var/mobile/Library/SMS/sms.db", "message", 42, ""}};
}

}  // namespace

TEST_CASE("frames come out of a stream as they went in, wherever it is cut") {
  const auto stream = sent(1, "one") + sent(2, "") + sent(3, std::string(500, 'x'));
  CHECK(rc::check([&] {
    FrameBuffer buffer;
    std::vector<std::string> bodies;
    for (std::size_t at = 0; at < stream.size();) {
      const auto n = *rc::gen::inRange<std::size_t>(1, 100);
      buffer.add(std::string_view(stream).substr(at, n));
      at += n;
      while (true) {
        const auto frame = buffer.next();
        RC_ASSERT(frame.has_value());
        if (!*frame) break;
        RC_ASSERT((*frame)->says == bodies.size() + 1);
        bodies.emplace_back((*frame)->body);
      }
    }
    RC_ASSERT(bodies == std::vector<std::string>({"one", "", std::string(500, 'x')}));
  }));
}

TEST_CASE("a frame longer than any of ours is refused on both sides") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const Fd reader(ends[0]), writer(ends[1]);
  const auto refused = send_frame(writer.get(), 1, std::string(kMaxFrame + 1, 'x'));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == Errc::limit);

  FrameBuffer buffer;
  buffer.add(std::string("\xff\xff\xff\xff\x01", 5));
  const auto frame = buffer.next();
  REQUIRE_FALSE(frame);
  CHECK(frame.error().code() == Errc::malformed);
}

TEST_CASE("a message is read as it was written") {
  const auto hit = decode<Hit>(encode(sample_hit()));
  REQUIRE(hit);
  CHECK(hit->indicator == 7);
  CHECK(hit->column == 3);
  CHECK(hit->kind == FindingKind::attempt);
  CHECK(hit->truncated);
  CHECK(hit->at == UtcTime{-5});
  CHECK(hit->value == "example.org");
  CHECK(hit->locator == sample_hit().locator);

  SourceSeen seen;
  seen.file = "/a";
  seen.reasons = {{"not UTF-8", 3}, {"too short", 1}};
  seen.notes = {"x", ""};
  seen.code = Errc::truncated;
  const auto again = decode<SourceSeen>(encode(seen));
  REQUIRE(again);
  CHECK(again->reasons == seen.reasons);
  CHECK(again->notes == seen.notes);
  CHECK(again->code == Errc::truncated);
}

TEST_CASE("a message that is cut, longer, or not one at all is refused") {
  const auto whole = encode(sample_hit());
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK_FALSE(decode<Hit>(whole.substr(0, n)));
  CHECK_FALSE(decode<Hit>(whole + 'x'));
  CHECK(rc::check("no bytes crash a decoder", [](const std::string& bytes) {
    static_cast<void>(decode<Hit>(bytes));
    static_cast<void>(decode<SourceSeen>(bytes));
    static_cast<void>(decode<RuleHit>(bytes));
    static_cast<void>(decode<Opened>(bytes));
    static_cast<void>(decode<StepEnded>(bytes));
  }));
}

TEST_CASE("a message cannot announce more elements than it has bytes") {
  Encoder encoder;
  encoder(std::uint32_t{0xffffffff});
  CHECK_FALSE(decode<Sentence>(encoder.take()));
  SourceSeen seen;
  auto bytes = encode(seen);
  // file (4) rows (8) damaged (8): the number of reasons follows.
  bytes.replace(20, 4, "\xff\xff\xff\x7f");
  CHECK_FALSE(decode<SourceSeen>(bytes));
}
