#include "http/body.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

using namespace interdict::http;

namespace {

/// The content and what is left behind it, or "refused STATUS"; "more" if the body has not ended.
std::string read(BodyReader reader, std::string_view bytes, std::size_t piece) {
  std::string body, waiting;
  while (!bytes.empty() && !reader.done()) {
    waiting += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    const auto step = reader.feed(waiting, body);
    if (step.refusal) return fmt::format("refused {}", step.refusal->status);
    waiting.erase(0, step.consumed);
  }
  if (!reader.done()) return "more";
  return body + "|" + waiting + std::string(bytes);
}

/// The same for every way to cut.
std::string chunks(std::string_view bytes, std::uint64_t most = 100) {
  const auto whole = read(BodyReader::with_chunks(most), bytes, bytes.size());
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    CHECK(read(BodyReader::with_chunks(most), bytes, piece) == whole);
  }
  return whole;
}

}  // namespace

TEST_CASE("a body of a length is so many bytes, and what follows is left") {
  for (std::size_t piece = 1; piece < 10; ++piece) {
    CHECK(read(BodyReader::with_length(4), "bodynext", piece) == "body|next");
    CHECK(read(BodyReader::with_length(9), "bodynext", piece) == "more");
  }
  CHECK(BodyReader::with_length(0).done());
}

TEST_CASE("chunks are joined; extensions and trailers are dropped") {
  CHECK(chunks("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nnext") == "abcde|next");
  CHECK(chunks("0\r\n\r\n") == "|");
  CHECK(chunks("A;x=y;z\r\n0123456789\r\n000\r\nT: v\r\nU:\r\n\r\n") == "0123456789|");
  CHECK(chunks("a ;x\r\n") == "refused 400");
  CHECK(chunks("3\r\nab") == "more");
  CHECK(chunks("0\r\n") == "more");
}

TEST_CASE("what is no chunk is refused alike wherever it is cut") {
  for (const auto* bad : {"\r\n",
                          "x\r\n",
                          "-1\r\n",
                          "+1\r\na\r\n",
                          "0x1\r\na\r\n",
                          "1 \r\na\r\n",
                          " 1\r\na\r\n",
                          "1\na\n0\n\n",
                          "1\r\nab\r\n0\r\n\r\n",
                          "1\r\na\n0\r\n\r\n",
                          "1\r\na\r0\r\n\r\n",
                          "30;a=\"\r\na%c\r\n",
                          "1;a=\"b\"\r\na\r\n",
                          "1;\x01\r\na\r\n",
                          "1;\r;\r\na\r\n",
                          "1;\xff\r\na\r\n",
                          "00000000000000001\r\na\r\n",
                          "0\r\nT\r\n\r\n",
                          "0\r\n: v\r\n\r\n",
                          "0\r\nT : v\r\n\r\n",
                          "0\r\nT: a\r\n b\r\n\r\n",
                          "0\r\nContent-Length: 3\r\n\r\n",
                          "0\r\ntransfer-encoding: x\r\n\r\n",
                          "0\r\n\n"}) {
    CAPTURE(bad);
    CHECK(chunks(bad) == "refused 400");
  }
}

TEST_CASE("the body, its lines, its extensions and its trailers have their bounds") {
  CHECK(chunks("3\r\nabc\r\n0\r\n\r\n", 3) == "abc|");
  CHECK(chunks("4\r\nabcd\r\n0\r\n\r\n", 3) == "refused 413");
  CHECK(chunks("2\r\nab\r\n2\r\n", 3) == "refused 413");
  CHECK(chunks("ffffffffffffffff\r\n", 3) == "refused 413");
  CHECK(chunks("1\r\na\r\nffffffffffffffff\r\n", 3) == "refused 413");
  const auto bounded = [](const std::string& bytes) {
    const auto whole = read(BodyReader::with_chunks(1'000), bytes, bytes.size());
    for (const std::size_t piece : {1, 7, 255, 256, 257, 258, 4'096}) {
      CHECK(read(BodyReader::with_chunks(1'000), bytes, piece) == whole);
    }
    return whole;
  };
  CHECK(bounded("1;" + std::string(253, 'x') + "\r\na\r\n0\r\n\r\n") == "a|");
  CHECK(bounded("1;" + std::string(254, 'x') + "\r\na\r\n0\r\n\r\n") == "refused 400");
  CHECK(bounded("1;" + std::string(100'000, 'x')) == "refused 400");
  std::string many, trailers = "0\r\n";
  for (int i = 0; i < 100; ++i) many += "1;" + std::string(50, 'x') + "\r\na\r\n";
  CHECK(bounded(many) == "refused 400");
  for (int i = 0; i < 400; ++i) trailers += fmt::format("T{}: {}\r\n", i, std::string(20, 'x'));
  CHECK(bounded(trailers) == "refused 400");
  CHECK(bounded("0\r\nT: " + std::string(100'000, 'x')) == "refused 400");
}

TEST_CASE("any bytes written as any chunks are read back, whatever the cuts") {
  rc::check([](const std::vector<std::string>& pieces) {
    std::string wire, all;
    for (const auto& piece : pieces) {
      if (piece.empty()) continue;
      wire += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
      all += piece;
    }
    wire += "0\r\n\r\n";
    const auto piece = *rc::gen::inRange<std::size_t>(1, wire.size() + 1);
    RC_ASSERT(read(BodyReader::with_chunks(1 << 20), wire, piece) == all + "|");
  });
}
