// Apple property lists, binary and XML, through one lazy cursor.
//
// A Document is the bytes plus its checked frame; a Node is a cursor on one object. For binary
// lists nothing is allocated and references are followed only when asked for, so shared or cyclic
// objects cost nothing. An XML list is transcoded once into the binary form, so that everything
// above knows one cursor.
//
// Format  binary: "bplist00", objects, offset table, 32-byte trailer (CoreFoundation, CFBinaryPList.c);
//         XML: PropertyList-1.0.dtd.
// Bounds  a file of at most kMaxBytes; walk() carries a Budget (nodes, depth).
// Errors  malformed, truncated, limit; not_found for an absent key; unsupported for object types
//         that no property list holds.

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
  [[nodiscard]] Result<Node> at(std::uint64_t i) const;      // array element, or dict value
  [[nodiscard]] Result<Node> key_at(std::uint64_t i) const;  // dict key
  /// The value of an ASCII key; not_found if this is no dict or has no such key.
  [[nodiscard]] Result<Node> operator[](std::string_view key) const;

  // Conversions: nothing when the object is of another kind. Integers of 16 bytes give their low 8.
  [[nodiscard]] std::optional<bool> as_boolean() const;
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  [[nodiscard]] std::optional<double> as_real() const;  // integers too
  [[nodiscard]] std::optional<UtcTime> as_date() const;
  [[nodiscard]] std::optional<ByteView> as_data() const;  // view into the document
  /// UTF-8; ill-formed UTF-16 is repaired.
  [[nodiscard]] std::optional<std::string> as_text() const;
  /// A view without a copy when the text is stored as ASCII, as nearly all is.
  [[nodiscard]] std::optional<std::string_view> as_ascii() const;
  [[nodiscard]] std::optional<std::uint64_t> as_uid() const;

 private:
  friend class Document;
  const Document* document_ = nullptr;
  const std::byte* body_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t count_ = 0;
  Kind kind_ = Kind::null;
  bool wide_ = false;  // text stored as UTF-16
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
  Document() = default;
  static Result<Document> open_binary(ByteView file);
  Bytes owned_;  // the transcoded form of an XML list; moving a vector keeps its buffer
  ByteView file_;
  unsigned offset_size_ = 0, ref_size_ = 0;
  std::uint64_t objects_ = 0, root_ = 0, table_ = 0;
};

struct Budget {
  std::uint64_t nodes = 5'000'000;
  std::uint32_t depth = 256;
};

/// Visits n and every node below it, keys too, depth first. Errc::limit when the budget is spent.
/// Visitor: void(const Node&).
template <class F>
Status walk(const Node& n, Budget& budget, F&& visit) {
  if (budget.nodes == 0 || budget.depth == 0) {
    return Error{Errc::limit, "property list too large or too deep"};
  }
  --budget.nodes;
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
