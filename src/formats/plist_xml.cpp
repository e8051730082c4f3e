// Expat reports elements; a stack of open containers collects the numbers of their members, and
// each value is written when its element closes.

#include "formats/plist_xml.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <expat.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "formats/plist.hpp"
#include "formats/plist_builder.hpp"

namespace interdict::plist {
namespace {

enum class Element : std::uint8_t {
  plist,
  array,
  dict,
  key,
  string,
  integer,
  real,
  date,
  data,
  yes,
  no,
};
constexpr std::array<std::pair<std::string_view, Element>, 11> kElements{{
    {"key", Element::key},
    {"string", Element::string},
    {"integer", Element::integer},
    {"dict", Element::dict},
    {"array", Element::array},
    {"true", Element::yes},
    {"false", Element::no},
    {"data", Element::data},
    {"date", Element::date},
    {"real", Element::real},
    {"plist", Element::plist},
}};

std::optional<Element> element_named(std::string_view name) {
  for (const auto& [known, element] : kElements) {
    if (known == name) return element;
  }
  return std::nullopt;
}

/// An element's name may be anything, and long.
std::string quoted(std::string_view name) {
  return fmt::format("<{}>", printable(name.substr(0, 40)));
}

std::optional<WideInteger> integer_from(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t magnitude = 0;
  const char *const begin = text.data(), *const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, magnitude, hexadecimal ? 16 : 10);
  constexpr std::uint64_t kMostNegative = std::uint64_t{1} << 63;
  if (error != std::errc{} || stop != end || (negative && magnitude > kMostNegative)) {
    return std::nullopt;
  }
  if (negative && magnitude != 0) return WideInteger{0 - magnitude, true};
  return WideInteger{magnitude, false};
}

std::optional<double> real_from(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const char *const begin = text.data(), *const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<double> cocoa_seconds_from(std::string_view text) {
  const auto time = parse_iso8601(trimmed(text));
  if (!time) return std::nullopt;
  return static_cast<double>(time->micros - kCocoaEpoch * 1'000'000) / 1e6;
}

enum : std::uint8_t { kBlank = 64, kPadding = 65, kForeign = 66 };
constexpr std::array<std::uint8_t, 256> kBase64Value = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kForeign);
  std::uint8_t value = 0;
  for (const auto& [first, last] : {std::pair{u'A', u'Z'}, {u'a', u'z'}, {u'0', u'9'}}) {
    for (std::size_t c = first; c <= last; ++c) table[c] = value++;
  }
  table['+'] = 62;
  table['/'] = 63;
  table['='] = kPadding;
  for (const std::size_t blank : {u' ', u'\t', u'\n', u'\r'}) table[blank] = kBlank;
  return table;
}();

/// base64 with blanks anywhere; padding may be missing, nothing but it may follow it.
std::optional<Bytes> bytes_from(std::string_view text) {
  Bytes out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t group = 0;
  unsigned digits = 0, padding = 0;
  for (const char c : text) {
    const std::uint8_t value = kBase64Value[static_cast<unsigned char>(c)];
    if (value == kBlank) continue;
    if (value == kPadding) {
      ++padding;
      continue;
    }
    if (value == kForeign || padding > 0) return std::nullopt;
    group = group << 6 | value;
    if (++digits == 4) {
      for (unsigned i = 1; i <= 3; ++i) {
        out.push_back(static_cast<std::byte>(group >> (24 - 8 * i) & 255));
      }
      digits = 0;
      group = 0;
    }
  }
  if (digits == 1 || (padding > 0 && digits + padding != 4)) return std::nullopt;
  for (unsigned i = 1; i < digits; ++i) {
    out.push_back(static_cast<std::byte>(group << (6 * (4 - digits)) >> (24 - 8 * i) & 255));
  }
  return out;
}

class Transcoder {
 public:
  explicit Transcoder(ByteView xml) : xml_(text_of(xml)), builder_(xml.size() / 2) {}
  Result<Bytes> run();

 private:
  struct Frame {
    bool dict = false;
    bool first_key_is_uid = false;
    std::size_t first_member = 0;  // index into members_
  };

  void start(std::string_view name);
  void end();
  void characters(std::string_view text);
  void entity_declared() { fail(Errc::malformed, "declares an entity of its own"); }
  void attribute_declared(std::string_view element, bool with_default);

  [[nodiscard]] std::optional<std::string> out_of_place(Element element) const;
  void close_leaf(Element leaf);
  void close_container();
  std::optional<Builder::Number> scalar(Element leaf);
  void add(Builder::Number number);
  void fail(Errc code, std::string what);
  [[nodiscard]] Error parser_error() const;

  void connect();
  template <class F>
  static void guarded(void* self, F&& handle);

  struct Free {
    void operator()(XML_Parser p) const noexcept { XML_ParserFree(p); }
  };
  std::string_view xml_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, Free> parser_;
  Builder builder_;
  std::vector<Frame> open_;
  std::vector<Builder::Number> members_;  // of all open containers
  std::optional<Builder::Number> root_;
  std::optional<Element> leaf_;
  std::string text_;  // of leaf_
  std::optional<std::pair<Builder::Number, WideInteger>> last_integer_;
  std::uint32_t values_ = 0;
  bool begun_ = false;
  std::optional<Error> failure_;
  bool out_of_memory_ = false;
};

/// Expat is C, nothing may be thrown through it: memory that has run out stops the parse, and run()
/// throws again.
template <class F>
void Transcoder::guarded(void* self, F&& handle) {
  auto& transcoder = *static_cast<Transcoder*>(self);
  if (transcoder.failure_ || transcoder.out_of_memory_) return;  // expat stops at its next token
  try {
    handle(transcoder);
  } catch (const std::bad_alloc&) {
    transcoder.out_of_memory_ = true;
    XML_StopParser(transcoder.parser_.get(), XML_FALSE);
  }
}

void Transcoder::connect() {
  XML_Parser parser = parser_.get();
  XML_SetUserData(parser, this);
  XML_SetElementHandler(
      parser,
      [](void* self, const XML_Char* name, const XML_Char**) {
        guarded(self, [&](Transcoder& t) { t.start(name); });
      },
      [](void* self, const XML_Char*) { guarded(self, [](Transcoder& t) { t.end(); }); });
  XML_SetCharacterDataHandler(parser, [](void* self, const XML_Char* text, int length) {
    guarded(self, [&](Transcoder& t) { t.characters({text, static_cast<std::size_t>(length)}); });
  });
  XML_SetEntityDeclHandler(
      parser, [](void* self, const XML_Char*, int, const XML_Char*, int, const XML_Char*,
                 const XML_Char*, const XML_Char*,
                 const XML_Char*) { guarded(self, [](Transcoder& t) { t.entity_declared(); }); });
  // Reported instead of an error where the DOCTYPE names a DTD, which is never loaded.
  XML_SetSkippedEntityHandler(parser, [](void* self, const XML_Char* name, int) {
    guarded(self, [&](Transcoder& t) {
      t.fail(Errc::malformed, fmt::format("unknown entity {}", quoted(name)));
    });
  });
  XML_SetAttlistDeclHandler(parser, [](void* self, const XML_Char* element, const XML_Char*,
                                       const XML_Char*, const XML_Char* value, int) {
    guarded(self, [&](Transcoder& t) { t.attribute_declared(element, value != nullptr); });
  });
}

Result<Bytes> Transcoder::run() {
  parser_.reset(XML_ParserCreate(nullptr));
  if (parser_ == nullptr) throw std::bad_alloc();
  connect();
  const auto parsed =
      XML_Parse(parser_.get(), xml_.data(), static_cast<int>(xml_.size()), XML_TRUE);
  if (out_of_memory_ || XML_GetErrorCode(parser_.get()) == XML_ERROR_NO_MEMORY) {
    throw std::bad_alloc();
  }
  if (failure_) return std::move(*failure_);
  if (parsed != XML_STATUS_OK) return parser_error();
  if (!root_) return Error{Errc::malformed, "XML property list without a value"};
  return builder_.finish(*root_);
}

Error Transcoder::parser_error() const {
  const XML_Error error = XML_GetErrorCode(parser_.get());
  Errc code = Errc::malformed;
  switch (error) {
    case XML_ERROR_NO_ELEMENTS:
    case XML_ERROR_UNCLOSED_TOKEN:
    case XML_ERROR_UNCLOSED_CDATA_SECTION:
    case XML_ERROR_PARTIAL_CHAR:
      code = Errc::truncated;
      break;
    case XML_ERROR_UNKNOWN_ENCODING:
      code = Errc::unsupported;
      break;
    default:
      break;
  }
  return {code, fmt::format("XML property list, line {}: {}",
                            XML_GetCurrentLineNumber(parser_.get()), XML_ErrorString(error))};
}

void Transcoder::fail(Errc code, std::string what) {
  failure_.emplace(code, fmt::format("XML property list, line {}: {}",
                                     XML_GetCurrentLineNumber(parser_.get()), what));
  XML_StopParser(parser_.get(), XML_FALSE);
}

/// A default would be handed over with every element of that name, however many there are.
void Transcoder::attribute_declared(std::string_view element, bool with_default) {
  if (with_default && element != "plist") fail(Errc::malformed, "declares attributes of its own");
}

/// Why this element may not begin here, if it may not.
std::optional<std::string> Transcoder::out_of_place(Element element) const {
  if (leaf_) return "an element inside a scalar";
  if (element == Element::plist) return begun_ ? std::optional("<plist> twice") : std::nullopt;
  if (open_.empty()) {
    if (element == Element::key) return "<key> outside a dict";
    return root_ ? std::optional("more than one value") : std::nullopt;
  }
  if (!open_.back().dict) {
    return element == Element::key ? std::optional("<key> in an array") : std::nullopt;
  }
  const bool value_due = (members_.size() - open_.back().first_member) % 2 == 1;
  if (value_due == (element != Element::key)) return std::nullopt;
  return value_due ? "<key> without a value" : "a value without its <key>";
}

void Transcoder::start(std::string_view name) {
  const auto element = element_named(name);
  if (!element) return fail(Errc::malformed, fmt::format("unknown element {}", quoted(name)));
  if (const auto why = out_of_place(*element)) return fail(Errc::malformed, *why);
  begun_ = true;
  if (*element == Element::plist) return;
  if (*element == Element::array || *element == Element::dict) {
    if (open_.size() == kMaxXmlDepth) return fail(Errc::limit, "nested too deeply");
    open_.push_back({*element == Element::dict, false, members_.size()});
  } else {
    leaf_ = element;
    text_.clear();
  }
}

void Transcoder::characters(std::string_view text) {
  if (leaf_) {
    text_.append(text);
  } else if (!trimmed(text).empty()) {
    fail(Errc::malformed, "text between the elements");
  }
}

void Transcoder::end() {
  if (leaf_) {
    close_leaf(*std::exchange(leaf_, std::nullopt));
  } else if (!open_.empty()) {
    close_container();
  }  // else </plist>
}

void Transcoder::close_leaf(Element leaf) {
  if (leaf == Element::key && members_.size() == open_.back().first_member) {
    open_.back().first_key_is_uid = text_ == "CF$UID";
  }
  const auto number = scalar(leaf);
  if (!number) return fail(Errc::malformed, "a scalar that cannot be read");
  add(*number);
}

std::optional<Builder::Number> Transcoder::scalar(Element leaf) {
  switch (leaf) {
    case Element::integer:
      if (const auto value = integer_from(text_)) {
        last_integer_.emplace(builder_.integer(*value), *value);
        return last_integer_->first;
      }
      return std::nullopt;
    case Element::real:
      if (const auto value = real_from(text_)) return builder_.real(*value);
      return std::nullopt;
    case Element::date:
      if (const auto value = cocoa_seconds_from(text_)) return builder_.date(*value);
      return std::nullopt;
    case Element::data:
      if (const auto value = bytes_from(text_)) return builder_.data(*value);
      return std::nullopt;
    case Element::yes:
    case Element::no:
      if (!trimmed(text_).empty()) return std::nullopt;
      return builder_.boolean(leaf == Element::yes);
    default:
      return builder_.text(text_);
  }
}

void Transcoder::close_container() {
  const Frame frame = open_.back();
  const std::span members = std::span(members_).subspan(frame.first_member);
  if (frame.dict && members.size() % 2 != 0) return fail(Errc::malformed, "<key> without a value");
  Builder::Number number = 0;
  if (frame.first_key_is_uid && members.size() == 2 && last_integer_ &&
      last_integer_->first == members[1] && !last_integer_->second.negative) {
    builder_.forget(members[0]);  // the key; its integer stands behind it
    number = builder_.uid(last_integer_->second.bits);
    last_integer_.reset();  // its number will be given to another object
  } else {
    number = frame.dict ? builder_.dict(members) : builder_.array(members);
  }
  members_.resize(frame.first_member);
  open_.pop_back();
  add(number);
}

void Transcoder::add(Builder::Number number) {
  if (++values_ > kMaxXmlObjects) return fail(Errc::limit, "too many values");
  if (open_.empty()) {
    root_ = number;
  } else {
    members_.push_back(number);
  }
}

}  // namespace

Result<Bytes> binary_from_xml(ByteView xml) {
  if (xml.size() > kMaxBytes) return Error{Errc::limit, "property list larger than 256 MiB"};
  // Expat wants the declaration to be the first thing; what people paste may begin with a new line.
  const std::string_view text = text_of(xml);
  const auto first = text.find_first_not_of(" \t\r\n");
  return Transcoder(xml.subspan(first == text.npos ? 0 : first)).run();
}

}  // namespace interdict::plist
