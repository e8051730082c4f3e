#include "http/body.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace interdict::http {
namespace {

constexpr Refusal kBadChunk{400, "a chunk that is none"};
constexpr Refusal kLongFraming{400, "chunk framing that is too long"};

/// The line at the beginning of `bytes`, without its CR LF.
struct Line {
  std::optional<std::string_view> text;  // none and no refusal: more is needed
  std::optional<Refusal> refusal;
};
Line line_of(std::string_view bytes, std::size_t most) {
  const auto end = bytes.find('\n');
  if (std::min(end, bytes.size()) > most) return {{}, kLongFraming};
  if (end == bytes.npos) return {};
  if (end == 0 || bytes[end - 1] != '\r') return {{}, kBadChunk};
  const auto text = bytes.substr(0, end - 1);
  for (const char c : text) {
    const bool printable = c == '\t' || (c >= 0x20 && c < 0x7f);
    if (!printable) return {{}, kBadChunk};
  }
  return {text, {}};
}

}  // namespace

BodyReader BodyReader::with_length(std::uint64_t length) {
  BodyReader reader;
  reader.left_ = length;
  if (length > 0) reader.state_ = State::plain;
  return reader;
}

BodyReader BodyReader::with_chunks(std::uint64_t most) {
  BodyReader reader;
  reader.most_ = most;
  reader.state_ = State::size;
  return reader;
}

BodyReader::Step BodyReader::feed(std::string_view bytes, std::string& body) {
  Step step;
  while (!done() && step.consumed < bytes.size()) {
    const auto rest = bytes.substr(step.consumed);
    if (state_ == State::plain || state_ == State::data) {
      const auto piece =
          rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size())));
      body += piece;
      left_ -= piece.size();
      step.consumed += piece.size();
      if (left_ == 0) state_ = state_ == State::plain ? State::done : State::data_end;
      continue;
    }
    const bool trailer = state_ == State::trailer;
    const auto line = line_of(rest, trailer ? kMaxTrailers - trailers_ : kMaxChunkLine);
    step.refusal = line.refusal;
    if (!line.text) return step;
    if (state_ == State::data_end) {
      if (!line.text->empty()) step.refusal = kBadChunk;
      state_ = State::size;
    } else {
      step.refusal = trailer ? trailer_line(*line.text) : size_line(*line.text);
    }
    if (step.refusal) return step;
    step.consumed += line.text->size() + 2;
  }
  return step;
}

std::optional<Refusal> BodyReader::size_line(std::string_view line) {
  const auto digits = line.substr(0, line.find(';'));
  const auto extension = line.substr(digits.size());
  if (digits.empty() || digits.size() > 16) return kBadChunk;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return kBadChunk;
  extensions_ += extension.size();
  if (extensions_ > kMaxExtensions) return kLongFraming;
  if (extension.find('"') != extension.npos) return kBadChunk;
  if (left_ > most_) return Refusal{413, "the body is too long"};
  most_ -= left_;
  state_ = left_ == 0 ? State::trailer : State::data;
  return {};
}

std::optional<Refusal> BodyReader::trailer_line(std::string_view line) {
  trailers_ += line.size() + 2;
  if (trailers_ > kMaxTrailers) return kLongFraming;
  if (line.empty()) {
    state_ = State::done;
    return {};
  }
  const auto name = line.substr(0, line.find(':'));
  if (name.size() == line.size() || name.empty() || name.find_first_of(" \t") != name.npos ||
      equal_ignoring_case(name, "content-length") ||
      equal_ignoring_case(name, "transfer-encoding")) {
    return Refusal{400, "a trailer that is none"};
  }
  return {};
}

}  // namespace interdict::http
