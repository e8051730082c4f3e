// A state machine with an explicit stack: one frame an open object or array. It follows the grammar
// only as far as the first string, and skips what other classes store by their type encodings.
//
//   stream  = version signature system-version group*
//   group   = shared-string (a type encoding), then one value a type in it
//   object  = 0x84 class group* 0x86 | 0x85 (nil) | label
//   class   = 0x84 shared-string version class | 0x85 (end of the chain) | label
//   shared  = 0x84 length bytes | 0x85 (nil) | label
//
// Labels count from 0x92 in the order of first appearance; objects and classes share one count,
// shared strings have their own.

#include "formats/typedstream.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::typedstream {
namespace {

// Heads: what the first byte of an integer, object, class or string may say besides itself.
constexpr unsigned kTwoBytes = 0x81, kFourBytes = 0x82, kFloating = 0x83, kNew = 0x84, kNil = 0x85,
                   kEnd = 0x86, kFirstLabel = 0x92;

// Far above what a message needs.
constexpr std::size_t kMaxDepth = 256, kMaxLabels = 100'000, kMaxSteps = 1'000'000;

/// An object whose groups, or an array whose elements, are being read.
struct Frame {
  std::string_view types{};    // of the current group, still to be read
  std::string_view element{};  // of an array
  std::uint64_t elements = 0;
  bool array = false;
  bool string = false;  // the object is an NSString
};

/// What an object label stands for.
struct Label {
  bool is_class = false;
  bool string = false;  // NSString or a class below it
};

class Reader {
 public:
  explicit Reader(ByteView archive) : bytes_(archive) {
    frames_.reserve(8);  // what a message needs, in one piece each
    labels_.reserve(8);
    strings_.reserve(8);
  }
  Result<std::string> first_string();

 private:
  Status header();
  Status step();
  Status value();
  Status array();
  Status structure();
  Status object();
  Status c_string();
  Status floating(unsigned width);
  Result<bool> class_chain();  // is it NSString?
  Result<std::string_view> shared_string();
  Result<std::string_view> unshared_string();
  Result<std::int64_t> integer();
  Result<std::int64_t> integer_after(unsigned head);
  Result<std::size_t> label(unsigned head, std::size_t known);
  Result<unsigned> byte();
  Result<ByteView> take(std::uint64_t n);
  Status skip(std::uint64_t n);
  Status push(Frame frame);
  Status add_label(Label label);

  ByteView bytes_;
  std::size_t at_ = 0;
  bool big_endian_ = false;
  std::vector<Frame> frames_;
  std::vector<Label> labels_;
  std::vector<std::string_view> strings_;
  std::optional<std::string_view> found_;
};

Result<ByteView> Reader::take(std::uint64_t n) {
  if (n > bytes_.size() - at_) return Error{Errc::truncated, "typedstream ends too early"};
  const ByteView taken = bytes_.subspan(at_, static_cast<std::size_t>(n));
  at_ += taken.size();
  return taken;
}

Status Reader::skip(std::uint64_t n) {
  TRY(take(n));
  return ok();
}

Result<unsigned> Reader::byte() { return std::to_integer<unsigned>(TRY(take(1))[0]); }

Status Reader::push(Frame frame) {
  if (frames_.size() == kMaxDepth) return Error{Errc::limit, "typedstream nested too deeply"};
  frames_.push_back(frame);
  return ok();
}

Status Reader::add_label(Label label) {
  if (labels_.size() == kMaxLabels) return Error{Errc::limit, "too many objects in a typedstream"};
  labels_.push_back(label);
  return ok();
}

Result<std::int64_t> Reader::integer() { return integer_after(TRY(byte())); }

Result<std::int64_t> Reader::integer_after(unsigned head) {
  if (head == kTwoBytes || head == kFourBytes) {
    const unsigned width = head == kTwoBytes ? 2 : 4;
    const std::byte* p = TRY(take(width)).data();
    return static_cast<std::int64_t>(big_endian_ ? load_be(p, width) : load_le(p, width));
  }
  if (head >= 0x80 && head < kFirstLabel) {
    return Error{Errc::malformed, fmt::format("typedstream: 0x{:02x} where a number stands", head)};
  }
  return head < 0x80 ? std::int64_t{head} : std::int64_t{head} - 0x100;
}

/// Which of `known` things the label means that begins with head.
Result<std::size_t> Reader::label(unsigned head, std::size_t known) {
  const std::int64_t n = TRY(integer_after(head)) - (std::int64_t{kFirstLabel} - 0x100);
  if (n < 0 || static_cast<std::uint64_t>(n) >= known) {
    return Error{Errc::malformed, "typedstream: reference to nothing"};
  }
  return static_cast<std::size_t>(n);
}

Result<std::string_view> Reader::unshared_string() {
  const unsigned head = TRY(byte());
  if (head == kNil) return std::string_view{};
  const std::int64_t n = TRY(integer_after(head));
  if (n < 0) return Error{Errc::malformed, "typedstream: negative length"};
  return text_of(TRY(take(static_cast<std::uint64_t>(n))));
}

Result<std::string_view> Reader::shared_string() {
  const unsigned head = TRY(byte());
  if (head == kNil) return std::string_view{};
  if (head != kNew) return strings_[TRY(label(head, strings_.size()))];
  if (strings_.size() == kMaxLabels) {
    return Error{Errc::limit, "too many strings in a typedstream"};
  }
  strings_.push_back(TRY(unshared_string()));
  return strings_.back();
}

Result<bool> Reader::class_chain() {
  const std::size_t first = labels_.size();
  std::size_t strings_end = first;  // the subclasses of NSString stand before it, NSObject behind
  for (;;) {
    const unsigned head = TRY(byte());
    if (head == kNil) break;
    if (head != kNew) {
      const Label known = labels_[TRY(label(head, labels_.size()))];
      if (!known.is_class) return Error{Errc::malformed, "typedstream: a class that is none"};
      if (first == labels_.size()) return known.string;
      if (known.string) strings_end = labels_.size();
      break;
    }
    const std::string_view name = TRY(shared_string());
    TRY(integer());  // the version of the class
    TRY(add_label({.is_class = true}));
    if (name == "NSString" || name == "NSMutableString") strings_end = labels_.size();
  }
  for (std::size_t i = first; i < strings_end; ++i) labels_[i].string = true;
  return strings_end > first;
}

Status Reader::object() {
  const unsigned head = TRY(byte());
  if (head == kNil) return ok();
  if (head != kNew) {
    TRY(label(head, labels_.size()));
    return ok();
  }
  TRY(add_label({}));  // before its class
  const bool string = TRY(class_chain());
  return push({.string = string});
}

Status Reader::c_string() {
  const unsigned head = TRY(byte());
  if (head == kNil) return ok();
  if (head != kNew) {
    TRY(label(head, labels_.size()));
    return ok();
  }
  TRY(shared_string());
  return add_label({});
}

Status Reader::floating(unsigned width) {
  const unsigned head = TRY(byte());
  if (head == kFloating) return skip(width);
  TRY(integer_after(head));  // a whole number may be written as one
  return ok();
}

/// Behind "[": a count, the type of the elements, "]".
Status Reader::array() {
  std::string_view& types = frames_.back().types;
  std::uint32_t count = 0;
  const auto [digits_end, error] =
      std::from_chars(types.data(), types.data() + types.size(), count);
  if (error != std::errc{}) return Error{Errc::malformed, "typedstream: array without a count"};
  types.remove_prefix(static_cast<std::size_t>(digits_end - types.data()));
  std::size_t end = 0;
  for (std::size_t depth = 1; end < types.size(); ++end) {
    if (types[end] == '[') ++depth;
    if (types[end] == ']' && --depth == 0) break;
  }
  if (end == types.size()) return Error{Errc::malformed, "typedstream: array without its end"};
  const std::string_view element = types.substr(0, end);
  types.remove_prefix(end + 1);
  if (element == "c" || element == "C") return skip(count);
  return push({.element = element, .elements = count, .array = true});
}

/// Behind "{": a name, "=", the types of the fields, "}". The fields are then read where they
/// stand.
Status Reader::structure() {
  std::string_view& types = frames_.back().types;
  const auto name_end = types.find('=');
  if (name_end == types.npos) {
    return Error{Errc::unsupported, "typedstream: structure without its fields"};
  }
  types.remove_prefix(name_end + 1);
  return ok();
}

/// The value of the next type of the innermost group.
Status Reader::value() {
  std::string_view& types = frames_.back().types;
  const char type = types.front();
  types.remove_prefix(1);
  switch (type) {
    case '@':
      return object();
    case '#':
      TRY(class_chain());
      return ok();
    case '*':
      return c_string();
    case '%':
    case ':':
      TRY(shared_string());
      return ok();
    case '+': {
      const std::string_view text = TRY(unshared_string());
      if (frames_.back().string) found_ = text;
      return ok();
    }
    case 'c':
    case 'C':
    case 'B':
      return skip(1);
    case 's':
    case 'S':
    case 'i':
    case 'I':
    case 'l':
    case 'L':
    case 'q':
    case 'Q':
      TRY(integer());
      return ok();
    case 'f':
      return floating(4);
    case 'd':
      return floating(8);
    case '[':
      return array();
    case '{':
      return structure();
    case '}':
    case '!':  // declared, not stored
      return ok();
    default:
      return Error{Errc::unsupported, fmt::format("typedstream: values of type \"{}\"",
                                                  printable(std::string_view(&type, 1)))};
  }
}

Status Reader::header() {
  if (bytes_.empty()) return Error{Errc::truncated, "empty typedstream"};
  const unsigned version = TRY(byte());
  const std::string_view rest = text_of(bytes_.subspan(at_));
  big_endian_ = rest.starts_with("\x0Btypedstream");
  if (!big_endian_ && !rest.starts_with("\x0Bstreamtyped")) {
    return Error{Errc::malformed, "not a typedstream"};
  }
  if (version != 4) {
    return Error{Errc::unsupported, fmt::format("typedstream of version {}", version)};
  }
  TRY(skip(12));
  TRY(integer());  // the version of the system that wrote it
  return ok();
}

/// One step: a value, the next element of an array, the end of an object, or a new group.
Status Reader::step() {
  Frame& frame = frames_.back();
  if (!frame.types.empty()) return value();
  if (frame.array) {
    if (frame.elements == 0) {
      frames_.pop_back();
    } else {
      --frame.elements;
      frame.types = frame.element;
    }
    return ok();
  }
  if (frames_.size() > 1 && at_ < bytes_.size() && bytes_[at_] == std::byte{kEnd}) {
    ++at_;
    frames_.pop_back();
    return ok();
  }
  frame.types = TRY(shared_string());
  return ok();
}

Result<std::string> Reader::first_string() {
  TRY(header());
  frames_.emplace_back();  // the groups of the stream itself
  for (std::size_t steps = 0; steps < kMaxSteps; ++steps) {
    const bool at_end = frames_.size() == 1 && frames_.back().types.empty() && at_ == bytes_.size();
    if (at_end) return Error{Errc::not_found, "no string in this typedstream"};
    TRY(step());
    if (found_) return repair_utf8(*found_);
  }
  return Error{Errc::limit, "too many values in a typedstream"};
}

}  // namespace

Result<std::string> text(ByteView archive) { return Reader(archive).first_string(); }

}  // namespace interdict::typedstream
