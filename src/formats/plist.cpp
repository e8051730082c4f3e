// The binary form. A hot path: a million rows of a backup's manifest hold one list each, so objects
// are decoded in place, a key is compared before it is decoded, and no Error is made for a miss.

#include "formats/plist.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/plist_xml.hpp"

namespace interdict::plist {

enum class Document::Fault : std::uint8_t {
  none,
  reference,  // no object has this number
  place,      // the offset table points outside the objects
  length,     // the object reaches into the offset table
  shape,      // a size that this type cannot have
  type,       // a type that no property list holds
};

namespace {

constexpr std::size_t kMagic = 8, kTrailer = 32;

// What slot_of() says when it finds no key: plain numbers, since it runs ten times a manifest row.
constexpr std::uint64_t kAbsent = ~std::uint64_t{0};
constexpr std::uint64_t kAmongDamaged = kAbsent - 1;  // a key that cannot be read might be it

/// Big-endian numbers of width 1 to 8 in a row: references, the offset table. Each is one load:
/// what stands behind the magic has eight bytes of the file before its own end.
class Column {
 public:
  Column(const std::byte* first, unsigned width) noexcept
      : last_eight_(first + width - 8),
        width_(width),
        mask_(~std::uint64_t{0} >> (64 - 8 * width)) {}
  std::uint64_t operator[](std::uint64_t i) const noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, last_eight_ + i * width_, 8);
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    return word & mask_;
  }

 private:
  const std::byte* last_eight_;
  std::uint64_t width_, mask_;
};

std::uint64_t load_behind_magic(const std::byte* p, unsigned width) noexcept {
  return Column(p, width)[0];
}

/// How the low four bits of an object's mark give its size.
enum class Size : std::uint8_t {
  none,       // no such type
  mark_only,  // they are the value: null, false, true
  exponent,   // two to their power, in bytes
  successor,  // one more byte than they say
  counted,    // that many units; 15: an integer with the count follows
};
struct Form {
  Size size = Size::none;
  Kind kind = Kind::null;
  std::uint8_t least = 0, most = 15;  // allowed low bits, for exponent and successor
  std::uint8_t references = 0;        // to other objects a unit; 0: units are bytes
  bool wide = false;                  // or pairs of bytes
};
constexpr std::array<Form, 16> kForms{{
    {Size::mark_only, Kind::null},
    {Size::exponent, Kind::integer, 0, 4},
    {Size::exponent, Kind::real, 2, 3},
    {Size::exponent, Kind::date, 3, 3},
    {Size::counted, Kind::data},
    {Size::counted, Kind::text},
    {.size = Size::counted, .kind = Kind::text, .wide = true},
    {},
    {Size::successor, Kind::uid, 0, 7},
    {},
    {.size = Size::counted, .kind = Kind::array, .references = 1},
    {.size = Size::counted, .kind = Kind::array, .references = 1},  // ordered set
    {.size = Size::counted, .kind = Kind::array, .references = 1},  // set
    {.size = Size::counted, .kind = Kind::dict, .references = 2},
    {},
    {},
}};

bool is_ascii(ByteView bytes) noexcept {
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    if ((word & 0x8080808080808080u) != 0) return false;
  }
  return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.end(),
                     [](std::byte b) { return b < std::byte{0x80}; });
}

bool only_zeros(ByteView file) noexcept {
  return std::all_of(file.begin(), file.end(), [](std::byte b) { return b == std::byte{0}; });
}

/// What a file is that begins neither as a binary nor as an XML list.
Error stranger(ByteView file, std::string_view start) {
  if (file.empty()) return {Errc::truncated, "empty file, not a property list"};
  if (start.starts_with("bplist")) {
    return {Errc::unsupported, "binary property list of another version than 0"};
  }
  if (only_zeros(file)) return {Errc::malformed, "nothing but zeros, not a property list"};
  if (start.starts_with('{') || start.starts_with('(') || start.starts_with("//") ||
      start.starts_with("/*")) {
    return {Errc::unsupported, "old-style ASCII (OpenStep) property list, which is not read"};
  }
  return {Errc::malformed, "neither a binary nor an XML property list"};
}

bool looks_like_xml(std::string_view start) {
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) return true;  // UTF-16
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  return trimmed(start).starts_with('<');
}

}  // namespace

Result<Document> Document::open(ByteView file) {
  if (file.size() > kMaxBytes) return Error{Errc::limit, "property list larger than 256 MiB"};
  const std::string_view start = text_of(file.first(std::min<std::size_t>(file.size(), 64)));
  if (start.starts_with("bplist0")) return open_binary(file);
  if (!looks_like_xml(start)) return stranger(file, trimmed(start));
  Bytes binary = TRY(binary_from_xml(file));
  Document document = TRY(open_binary(binary));
  document.owned_ = std::move(binary);
  return document;
}

Result<Document> Document::open_binary(ByteView file) {
  if (file.size() < kMagic + kTrailer + 2) {
    return Error{Errc::truncated, "binary property list shorter than its frame"};
  }
  const std::uint64_t body = file.size() - kTrailer;
  const std::byte* trailer = file.data() + body;
  Document d;
  d.file_ = file;
  d.offset_size_ = std::to_integer<unsigned>(trailer[6]);
  d.ref_size_ = std::to_integer<unsigned>(trailer[7]);
  const Column words(trailer, 8);
  d.objects_ = words[1];
  d.root_ = words[2];
  d.table_ = words[3];
  const bool sane = d.offset_size_ >= 1 && d.offset_size_ <= 8 && d.ref_size_ >= 1 &&
                    d.ref_size_ <= 8 && d.table_ > kMagic && d.table_ < body &&
                    d.root_ < d.objects_ && d.objects_ <= (body - d.table_) / d.offset_size_;
  if (!sane) return Error{Errc::malformed, "trailer of the binary property list out of range"};
  return d;
}

/// The first byte of an object, or null when there is no such object between magic and table.
const std::byte* Document::place_of(std::uint64_t number) const noexcept {
  const std::uint64_t offset =
      load_behind_magic(file_.data() + table_ + number * offset_size_, offset_size_);
  return offset >= kMagic && offset < table_ ? file_.data() + offset : nullptr;
}

/// Inlined by force, so that the fields of a node go straight from registers to where it is wanted.
[[gnu::always_inline]] inline Document::Fault Document::decode(std::uint64_t number,
                                                               Node& node) const noexcept {
  if (number >= objects_) return Fault::reference;
  const std::byte* p = place_of(number);
  if (p == nullptr) return Fault::place;
  const std::byte* const end = file_.data() + table_;
  const unsigned mark = std::to_integer<unsigned>(*p++), low = mark & 15;
  const Form& form = kForms[mark >> 4];
  std::uint64_t n = 0;
  if (form.size == Size::counted) {
    n = low;
    if (low == 15) {  // too large for the mark: an integer object follows
      const unsigned size_mark = p < end ? std::to_integer<unsigned>(*p) : 0;
      if (size_mark < 0x10 || size_mark > 0x13) return Fault::shape;
      const unsigned width = 1u << (size_mark & 15);
      if (end - p < 1 + static_cast<std::ptrdiff_t>(width)) return Fault::length;
      n = load_behind_magic(p + 1, width);
      p += 1 + width;
    }
  } else if (form.size == Size::mark_only) {
    if (low != 0 && low != 8 && low != 9) return Fault::type;
    --p;  // the mark is the value
  } else if (form.size == Size::none) {
    return Fault::type;
  } else {
    if (low < form.least || low > form.most) return Fault::shape;
    n = form.size == Size::exponent ? std::uint64_t{1} << low : low + 1;
  }
  const std::uint64_t unit = form.references != 0 ? form.references * ref_size_ : 1u + form.wide;
  const auto left = static_cast<std::uint64_t>(end - p);
  if (n > left || n * unit > left) return Fault::length;  // units of 1 to 16 bytes: no overflow
  node.document_ = this;
  node.body_ = p;
  node.size_ = static_cast<std::size_t>(n * unit);
  node.count_ = form.references != 0 ? n : 0;
  node.kind_ = form.size == Size::mark_only && low != 0 ? Kind::boolean : form.kind;
  node.wide_ = form.wide;
  return Fault::none;
}

Result<Node> Document::object(std::uint64_t number) const {
  Node node;
  switch (decode(number, node)) {
    case Fault::none:
      return node;
    case Fault::reference:
      return Error{Errc::malformed, fmt::format("reference to object {} of {}", number, objects_)};
    case Fault::place:
      return Error{Errc::malformed, fmt::format("object {} lies outside the list", number)};
    case Fault::length:
      return Error{Errc::truncated, fmt::format("object {} is longer than the list", number)};
    case Fault::shape:
      return Error{Errc::malformed, fmt::format("object {} has an impossible size", number)};
    case Fault::type:
      break;
  }
  return Error{Errc::unsupported, fmt::format("object {} is of an unknown type", number)};
}

std::uint64_t Node::reference(std::uint64_t slot) const noexcept {
  const unsigned width = document_->ref_size_;
  return load_behind_magic(body_ + slot * width, width);
}

/// The number of an array's element, of a dict's value.
std::uint64_t Node::member(std::uint64_t i) const noexcept {
  return reference(kind_ == Kind::dict ? count_ + i : i);
}

Result<Node> Node::at(std::uint64_t i) const {
  if (i >= count_) return Error{Errc::not_found, fmt::format("no element {} of {}", i, count_)};
  return document_->object(member(i));
}

Result<Node> Node::key_at(std::uint64_t i) const {
  if (kind_ != Kind::dict || i >= count_) {
    return Error{Errc::not_found, fmt::format("no key {} of {}", i, count_)};
  }
  return document_->object(reference(i));
}

bool Node::is_text(std::string_view ascii) const noexcept {
  if (kind_ != Kind::text || size_ != ascii.size() * (wide_ ? 2 : 1)) return false;
  if (!wide_) return text_of({body_, size_}) == ascii;
  for (std::size_t i = 0; i < ascii.size(); ++i) {
    if (body_[2 * i] != std::byte{0} || body_[2 * i + 1] != static_cast<std::byte>(ascii[i])) {
      return false;
    }
  }
  return true;
}

/// The index of a key. Compares before it decodes: all but the one sought differ in the first
/// bytes.
std::uint64_t Node::slot_of(std::string_view key) const noexcept {
  if (kind_ != Kind::dict) return kAbsent;
  const Document& document = *document_;
  const std::byte* const file = document.file_.data();
  const std::byte* const end = file + document.table_;
  const Column references(body_, document.ref_size_), offsets(end, document.offset_size_);
  const std::uint64_t room = document.table_ - kMagic;
  const auto spelled_at = [&](const std::byte* text) {
    return static_cast<std::ptrdiff_t>(key.size()) <= end - text &&
           std::memcmp(text, key.data(), key.size()) == 0;
  };
  constexpr unsigned kAscii = 0x50, kCounted = 0x5F, kWidest = 0x6F;
  constexpr std::byte kOneByteCount{0x10};
  const unsigned short_mark = key.size() < 15 ? kAscii | static_cast<unsigned>(key.size()) : ~0u;
  bool damaged = false;
  for (std::uint64_t i = 0; i < count_; ++i) {
    const std::uint64_t number = references[i];
    const std::uint64_t offset = number < document.objects_ ? offsets[number] : 0;
    if (offset - kMagic >= room) {  // wraps around when it lies in the magic
      damaged = true;
      continue;
    }
    const std::byte* const p = file + offset;
    const unsigned mark = std::to_integer<unsigned>(*p);
    if (mark == short_mark) {
      if (spelled_at(p + 1)) return i;
    } else if (mark < kCounted || mark > kWidest) {
      continue;
    } else if (mark == kCounted && p[1] == kOneByteCount) {  // at least the trailer is behind p
      if (std::to_integer<std::size_t>(p[2]) == key.size() && spelled_at(p + 3)) return i;
    } else {
      Node candidate;
      if (document.decode(number, candidate) != Document::Fault::none) {
        damaged = true;
      } else if (candidate.is_text(key)) {
        return i;
      }
    }
  }
  return damaged ? kAmongDamaged : kAbsent;
}

Result<Node> Node::operator[](std::string_view key) const {
  const std::uint64_t slot = slot_of(key);
  if (slot < count_) return at(slot);
  if (slot == kAmongDamaged) {
    return Error{Errc::malformed, fmt::format("no key \"{}\" among damaged keys", key)};
  }
  return Error{Errc::not_found, fmt::format("no key \"{}\"", key)};
}

std::optional<Node> Node::find(std::string_view key) const noexcept {
  return find_at(slot_of(key));
}

std::optional<Node> Node::find_at(std::uint64_t i) const noexcept {
  std::optional<Node> value;
  if (i < count_ && document_->decode(member(i), value.emplace()) != Document::Fault::none) {
    value.reset();
  }
  return value;
}

std::optional<bool> Node::as_boolean() const noexcept {
  if (kind_ != Kind::boolean) return std::nullopt;
  return *body_ == std::byte{9};
}

std::optional<std::int64_t> Node::as_integer() const noexcept {
  if (kind_ != Kind::integer) return std::nullopt;
  const auto width = std::min<std::size_t>(size_, 8);
  return static_cast<std::int64_t>(
      load_behind_magic(body_ + size_ - width, static_cast<unsigned>(width)));
}

std::optional<double> Node::as_real() const noexcept {
  if (kind_ == Kind::integer) {
    const std::int64_t value = *as_integer();
    return size_ == 16 ? static_cast<double>(static_cast<std::uint64_t>(value))
                       : static_cast<double>(value);
  }
  if (kind_ != Kind::real) return std::nullopt;
  const std::uint64_t bits = load_behind_magic(body_, static_cast<unsigned>(size_));
  if (size_ == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

std::optional<UtcTime> Node::as_date() const {
  if (kind_ != Kind::date) return std::nullopt;
  return from_cocoa_seconds(std::bit_cast<double>(load_behind_magic(body_, 8)));
}

std::optional<ByteView> Node::as_data() const noexcept {
  if (kind_ != Kind::data) return std::nullopt;
  return ByteView{body_, size_};
}

std::optional<std::string> Node::as_text() const {
  if (kind_ != Kind::text) return std::nullopt;
  const ByteView stored{body_, size_};
  if (wide_) return utf8_from_utf16_be(stored);
  return is_ascii(stored) ? std::string(text_of(stored)) : repair_utf8(text_of(stored));
}

std::optional<std::string_view> Node::as_ascii() const noexcept {
  if (kind_ != Kind::text || wide_ || !is_ascii({body_, size_})) return std::nullopt;
  return text_of({body_, size_});
}

std::optional<std::uint64_t> Node::as_uid() const noexcept {
  if (kind_ != Kind::uid) return std::nullopt;
  return load_behind_magic(body_, static_cast<unsigned>(size_));
}

}  // namespace interdict::plist
