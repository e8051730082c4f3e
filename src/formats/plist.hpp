// Apple property lists, binary and XML, through one lazy cursor.
//
// A Document is the bytes plus its checked frame; a Node is a cursor on one object. For binary
// lists nothing is allocated and references are followed only when asked for, so shared or cyclic
// objects cost nothing. An XML list is transcoded once into the binary form, so that everything
// above knows one cursor.
//
// Format  binary: "bplist00", objects, offset table, 32-byte trailer, all big-endian
//         (CoreFoundation, CFBinaryPList.c); XML: PropertyList-1.0.dtd, read by plist_xml.hpp.
// Bounds  a file of at most kMaxBytes; walk() carries a Budget (nodes, depth, bytes). open() and
//         every look-up that succeeds in a binary list work without the heap.
// Errors  malformed, truncated, limit; not_found for an absent key; unsupported for object types
//         that no property list holds and for the old "OpenStep" text form.
// Threads a Document is immutable once opened: any number may read it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace interdict::plist {

inline constexpr std::uint64_t kMaxBytes = 256u << 20;

enum class Kind : std::uint8_t { null, boolean, integer, real, date, data, text, uid, array, dict };

class Document;

/// A cursor on one object. Valid while its Document lives and is not moved.
class Node {
 public:
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// Elements of an array, pairs of a dict, else 0.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// Bytes that a text or data occupies in the list, else 0.
  [[nodiscard]] std::uint64_t stored_bytes() const noexcept {
    return kind_ == Kind::text || kind_ == Kind::data ? size_ : 0;
  }
  [[nodiscard]] Result<Node> at(std::uint64_t i) const;      // array element, or dict value
  [[nodiscard]] Result<Node> key_at(std::uint64_t i) const;  // dict key
  /// The value of an ASCII key (the first, should a damaged list have two); not_found if this is no
  /// dict or has no such key, malformed if a key that cannot be read might have been it.
  [[nodiscard]] Result<Node> operator[](std::string_view key) const;
  // The same where absence is ordinary: nothing, at no cost, when there is no such readable value.
  [[nodiscard]] std::optional<Node> find(std::string_view key) const noexcept;
  [[nodiscard]] std::optional<Node> find_at(std::uint64_t i) const noexcept;

  // Conversions: nothing when the object is of another kind. Integers of 16 bytes, which hold what
  // exceeds 63 bits, give their low 8.
  [[nodiscard]] std::optional<bool> as_boolean() const noexcept;
  [[nodiscard]] std::optional<std::int64_t> as_integer() const noexcept;
  [[nodiscard]] std::optional<double> as_real() const noexcept;  // integers too
  [[nodiscard]] std::optional<UtcTime> as_date() const;
  [[nodiscard]] std::optional<ByteView> as_data() const noexcept;  // view into the document
  /// UTF-8; ill-formed UTF-16, and bytes above 0x7F in a text stored as ASCII, are repaired.
  [[nodiscard]] std::optional<std::string> as_text() const;
  /// A view without a copy when the text is stored as ASCII and is, as nearly all is.
  [[nodiscard]] std::optional<std::string_view> as_ascii() const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> as_uid() const noexcept;
  /// True if this is that ASCII text, however it is stored.
  [[nodiscard]] bool is_text(std::string_view ascii) const noexcept;

 private:
  friend class Document;
  [[nodiscard]] std::uint64_t slot_of(std::string_view key) const noexcept;
  [[nodiscard]] std::uint64_t member(std::uint64_t i) const noexcept;
  [[nodiscard]] std::uint64_t reference(std::uint64_t slot) const noexcept;
  const Document* document_ = nullptr;
  const std::byte* body_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t count_ = 0;
  Kind kind_ = Kind::null;
  bool wide_ = false;  // text stored as UTF-16, big-endian
};

class Document {
 public:
  /// Borrows `file`, which must outlive the Document (an XML list is transcoded and owned).
  static Result<Document> open(ByteView file);

  Document(Document&&) noexcept = default;
  Document& operator=(Document&&) noexcept = default;

  [[nodiscard]] Result<Node> root() const { return object(root_); }
  /// The object with this number, as a UID names it.
  [[nodiscard]] Result<Node> object(std::uint64_t number) const;
  /// Borrowed bytes of the binary form (the transcoded one for XML).
  [[nodiscard]] ByteView binary() const noexcept { return file_; }
  [[nodiscard]] bool from_xml() const noexcept { return !owned_.empty(); }

 private:
  friend class Node;
  enum class Fault : std::uint8_t;
  Document() = default;
  static Result<Document> open_binary(ByteView file);
  [[nodiscard]] Fault decode(std::uint64_t number, Node& node) const noexcept;
  [[nodiscard]] const std::byte* place_of(std::uint64_t number) const noexcept;
  Bytes owned_;  // the transcoded form of an XML list; moving a vector keeps its buffer
  ByteView file_;
  unsigned offset_size_ = 0, ref_size_ = 0;
  std::uint64_t objects_ = 0, root_ = 0, table_ = 0;
};

/// What a walk may cost. A shared object is paid for each time it is reached: that is what stops
/// arrays of two references to the next such array, and one long text referred to a million times.
struct Budget {
  std::uint64_t nodes = 2'000'000;
  std::uint32_t depth = 256;
  std::uint64_t bytes = 2 * kMaxBytes;  // of text and data
};

/// Visits n and every node below it, keys too, depth first. Errc::limit when the budget is spent.
/// Visitor: void(const Node&).
template <class F>
Status walk(const Node& n, Budget& budget, F&& visit) {
  if (budget.nodes == 0 || budget.depth == 0 || budget.bytes < n.stored_bytes()) {
    return Error{Errc::limit, "property list too large or too deep"};
  }
  --budget.nodes;
  budget.bytes -= n.stored_bytes();
  visit(n);
  --budget.depth;
  for (std::uint64_t i = 0; i < n.count(); ++i) {
    if (n.kind() == Kind::dict) TRY(walk(TRY(n.key_at(i)), budget, visit));
    TRY(walk(TRY(n.at(i)), budget, visit));
  }
  ++budget.depth;
  return ok();
}

}  // namespace interdict::plist
