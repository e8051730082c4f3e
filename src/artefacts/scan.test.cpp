#include "artefacts/scan.hpp"

#include <doctest/doctest.h>

#include "support/memory_tree.hpp"

using namespace interdict;
using artefacts::Column;
using artefacts::Cursor;
using artefacts::Equals;
using artefacts::Scan;
using artefacts::Source;
using artefacts::Table;
using artefacts::Value;

namespace {

// A made-up artefact: a file of letters, a row each. "!" ends it with an error; a file that begins
// with "?" does not open.
class Letters final : public Cursor {
 public:
  explicit Letters(std::string text) : text_(std::move(text)) {}
  Result<bool> next() override {
    if (at_ == text_.size()) return false;
    if (text_[at_] == '!') return Error{Errc::malformed, "a bad letter"};
    row_[0] = Value::text(std::string_view(text_).substr(at_++, 1));
    return true;
  }
  [[nodiscard]] std::span<const Value> row() const override { return row_; }
  [[nodiscard]] Locator locator() const override {
    return {"", "", "letters", static_cast<std::int64_t>(at_), ""};
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
  std::array<Value, 1> row_;
};

Result<std::unique_ptr<Cursor>> open_letters(const Source& source,
                                             const std::optional<Equals>& /*only*/) {
  const Bytes bytes = TRY(source.bytes());
  const std::string_view text = text_of(bytes);
  if (text.starts_with('?')) return Error{Errc::unsupported, "not letters"};
  return std::unique_ptr<Cursor>(std::make_unique<Letters>(std::string(text)));
}

constexpr std::array<Column, 1> kColumns{{{"letter", artefacts::ColumnKind::plain, "a letter"}}};
constexpr std::array<evidence::Place, 2> kPlaces{
    {{evidence::Container::ios_backup, "*", "letters/*"},
     {evidence::Container::ios_backup, "HomeDomain", "letters/a"}}};
constexpr Table kTable{.id = "test/letters",
                       .summary = "letters",
                       .places = kPlaces,
                       .columns = kColumns,
                       .expected = {},
                       .open = open_letters,
                       .mvt_module = ""};

std::string read_all_letters(Scan& scan) {
  std::string out;
  while (scan.next()) out += scan.row()[0].as_text();
  return out;
}

}  // namespace

TEST_CASE("a scan reads every source once, in the order of their paths") {
  test::MemoryTree tree;
  tree.add("HomeDomain", "letters/b", "cd");
  tree.add("HomeDomain", "letters/a", "ab");
  tree.add("HomeDomain", "elsewhere", "xx");
  Scan scan(kTable, tree);
  CHECK(read_all_letters(scan) == "abcd");
  REQUIRE(scan.coverage().size() == 2);
  CHECK(scan.coverage()[0]->file == "/private/var/mobile/letters/a");
  CHECK(scan.coverage()[0]->rows == 2);
  CHECK(scan.coverage()[0]->error.empty());
  CHECK_FALSE(scan.next());
}

TEST_CASE("a source that fails costs neither its own rows nor its neighbours") {
  test::MemoryTree tree;
  tree.add("HomeDomain", "letters/a", "a!b");
  tree.add("HomeDomain", "letters/b", "?");
  tree.add_missing("HomeDomain", "letters/c");
  tree.add("HomeDomain", "letters/d", "d");
  Scan scan(kTable, tree);
  CHECK(read_all_letters(scan) == "ad");
  REQUIRE(scan.coverage().size() == 4);
  CHECK(scan.coverage()[0]->rows == 1);
  CHECK(scan.coverage()[0]->error == "a bad letter");
  CHECK(scan.coverage()[1]->error_code == Errc::unsupported);
  CHECK(scan.coverage()[2]->error_code == Errc::not_found);
  CHECK_FALSE(scan.coverage()[3]->error_code);
}

TEST_CASE("a scan's locator names artefact and file") {
  test::MemoryTree tree;
  tree.add("HomeDomain", "letters/a", "a");
  Scan scan(kTable, tree);
  REQUIRE(scan.next());
  CHECK(scan.locator() ==
        Locator{"test/letters", "/private/var/mobile/letters/a", "letters", 1, ""});
}

TEST_CASE("evidence without the source has no rows and no coverage") {
  test::MemoryTree tree;
  Scan scan(kTable, tree);
  CHECK_FALSE(scan.next());
  CHECK(scan.coverage().empty());
}
