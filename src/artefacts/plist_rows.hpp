// Rows of an artefact that lies in a property list: the members of one or several collections.
//
// Damage  a member that cannot be read is counted and skipped; a value of the wrong kind is NULL
//         and counts its row as damaged, once. Nothing is expanded: members are read one by one.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/table.hpp"
#include "formats/plist.hpp"

namespace interdict::artefacts {

class PlistCursor : public Cursor {
 public:
  PlistCursor(const Source& source, std::size_t width);

  /// Reads the file and lets begin() name the collections.
  Status start();

  Result<bool> next() override;
  [[nodiscard]] std::span<const Value> row() const override { return cells_; }
  [[nodiscard]] Locator locator() const override { return {{}, {}, {}, 0, path_}; }

 protected:
  /// Calls add() for every collection whose members may be rows.
  virtual Status begin(const plist::Node& root) = 0;
  /// Fills cells from a member; false: it is no row. Of an array, `key` is the index.
  virtual bool member(std::string_view key, const plist::Node& value) = 0;

  /// The members of a dict or array, after those of collections added before. `path` is its key
  /// path, empty for the root.
  void add(const plist::Node& collection, std::string path);

  // Cells from nodes. A node of another kind is damage.
  void text(std::size_t cell, const plist::Node& node);
  void integer(std::size_t cell, const plist::Node& node);
  /// A date, or seconds since 2001; 0 and below mean "never".
  void time(std::size_t cell, const plist::Node& node);
  void text(std::size_t cell, std::string value);

  void damaged(std::string_view reason);
  [[nodiscard]] std::span<Value> cells() { return cells_; }
  [[nodiscard]] const Source& source() const { return source_; }

 private:
  struct Collection {
    plist::Node node;
    std::string path;
  };
  bool read_member(const Collection& collection);

  Source source_;
  Bytes bytes_;
  std::optional<plist::Document> document_;
  std::vector<Collection> collections_;
  std::size_t collection_ = 0;
  std::uint64_t member_ = 0;  // the next one
  std::vector<Value> cells_;
  std::vector<std::string> scratch_;
  std::string key_, path_;
  bool row_damaged_ = false;
};

/// open() of a table: a C derived from PlistCursor, started.
template <class C>
Result<std::unique_ptr<Cursor>> open_plist(const Source& source) {
  auto cursor = std::make_unique<C>(source);
  TRY(cursor->start());
  return std::unique_ptr<Cursor>(std::move(cursor));
}

}  // namespace interdict::artefacts
