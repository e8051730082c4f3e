// For tests: the real tables with rows that a test writes down, and a record of how they were read.
//
// A World's tables have the columns, kinds and keys of the registered ones, so a detection that
// names a column which is gone fails here, too. Only the reading is replaced.

#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "artefacts/table.hpp"
#include "evidence/tree.hpp"
#include "rules/engine.hpp"

namespace interdict::test {

using namespace rules;

using TestCell = std::variant<std::monostate, std::int64_t, double, std::string, UtcTime>;
using TestRow = std::vector<TestCell>;
using Cells = std::initializer_list<std::pair<std::string_view, TestCell>>;

/// So many seconds after a quiet morning.
inline UtcTime morning(double seconds) {
  return UtcTime{1'600'000'000'000'000 + std::llround(seconds * 1e6)};
}

struct TestSource {
  std::string path;
  std::vector<TestRow> rows;
  std::string open_error;  // the source cannot be opened
  std::string late_error;  // reading ends with it after the rows
};

struct Reading {
  int scans = 0, look_ups = 0;
  std::uint64_t rows = 0;
  std::set<std::string, std::less<>> wanted;  // columns that some statement named
};

class World final : public evidence::Tree {
 public:
  World() {
    for (const artefacts::Table* real : artefacts::tables()) {
      Shelf& shelf = shelves_[std::string(real->id)];
      shelf.table = *real;
      shelf.place = {evidence::Container::ios_backup, "", real->id};
      shelf.table.places = {&shelf.place, 1};
      shelf.table.open = open_source;
      tables_.push_back(&shelf.table);
    }
  }

  /// The source of `table` at `path`, made when it is not there.
  TestSource& source(std::string_view table, std::string path = {}) {
    if (path.empty()) path = "/" + std::string(table);
    for (TestSource& source : shelf(table).sources) {
      if (source.path == path) return source;
    }
    shelf(table).sources.push_back({path, {}, {}, {}});
    return shelf(table).sources.back();
  }
  /// Adds a row; cells that are not named are NULL.
  void add(std::string_view table, Cells cells, std::string path = {}) {
    const artefacts::Table& shape = shelf(table).table;
    TestRow row(shape.columns.size());
    for (const auto& [name, cell] : cells) {
      const auto column = shape.column(name);
      if (!column) throw std::logic_error("no column " + std::string(name));
      row[*column] = cell;
    }
    source(table, std::move(path)).rows.push_back(std::move(row));
  }
  [[nodiscard]] EngineOptions options(const std::atomic<bool>* stop = nullptr) const {
    return {tables_, stop};
  }
  [[nodiscard]] Reading reading(std::string_view table) { return shelf(table).reading; }

  [[nodiscard]] const evidence::Facts& facts() const override { return facts_; }
  [[nodiscard]] const std::vector<std::string>& notes() const override { return notes_; }
  Result<std::vector<evidence::File>> find(const evidence::Place& place) override {
    std::vector<evidence::File> files;
    for (const TestSource& source : shelf(place.path).sources) {
      evidence::File file;
      file.id = source.path;
      file.relative_path = place.path;
      file.device_path = source.path;
      files.push_back(std::move(file));
    }
    return files;
  }
  Result<std::shared_ptr<RandomAccess>> open(const evidence::File&, std::string*) override {
    return Error{Errc::not_found, "a test's world has rows, not files"};
  }
  Result<sqlite::Files> open_database(const evidence::File&, std::string*) override {
    return Error{Errc::not_found, "a test's world has rows, not files"};
  }
  [[nodiscard]] evidence::Stored stored(std::string_view, bool) const override {
    return evidence::Stored::whole;
  }
  [[nodiscard]] std::optional<std::uint64_t> stored_size(std::string_view) const override {
    return std::nullopt;
  }

 private:
  struct Shelf {
    artefacts::Table table;
    evidence::Place place;
    std::vector<TestSource> sources;
    Reading reading;
  };

  class RowCursor final : public artefacts::Cursor {
   public:
    RowCursor(const TestSource& source, Reading& reading, std::optional<artefacts::Equals> only)
        : source_(source), reading_(reading), only_(std::move(only)) {}

    Result<bool> next() override {
      while (index_ < source_.rows.size()) {
        const TestRow& row = source_.rows[index_++];
        if (only_ && !fits(row[only_->column])) continue;
        ++reading_.rows;
        values_.clear();
        for (const TestCell& cell : row) values_.push_back(value(cell));
        return true;
      }
      if (!source_.late_error.empty()) return Error{Errc::malformed, source_.late_error};
      return false;
    }
    [[nodiscard]] std::span<const artefacts::Value> row() const override { return values_; }
    [[nodiscard]] Locator locator() const override {
      Locator out;
      out.table = "ROWS";
      out.rowid = static_cast<std::int64_t>(index_);
      return out;
    }

   private:
    [[nodiscard]] bool fits(const TestCell& cell) const {
      if (const auto* number = std::get_if<std::int64_t>(&only_->value)) {
        return cell == TestCell(*number);
      }
      return cell == TestCell(std::get<std::string>(only_->value));
    }
    static artefacts::Value value(const TestCell& cell) {
      using artefacts::Value;
      if (const auto* number = std::get_if<std::int64_t>(&cell)) return Value::integer(*number);
      if (const auto* real = std::get_if<double>(&cell)) return Value::real(*real);
      if (const auto* text = std::get_if<std::string>(&cell)) return Value::text(*text);
      if (const auto* time = std::get_if<UtcTime>(&cell)) return Value::time(*time);
      return {};
    }
    const TestSource& source_;
    Reading& reading_;
    std::optional<artefacts::Equals> only_;
    std::size_t index_ = 0;
    std::vector<artefacts::Value> values_;
  };

  static Result<std::unique_ptr<artefacts::Cursor>> open_source(
      const artefacts::Source& from, const std::optional<artefacts::Equals>& only) {
    Shelf& shelf = static_cast<World&>(from.tree()).shelf(from.file().relative_path);
    for (std::size_t i = 0; i < shelf.table.columns.size(); ++i) {
      if (from.wants(i)) shelf.reading.wanted.emplace(shelf.table.columns[i].name);
    }
    ++(only ? shelf.reading.look_ups : shelf.reading.scans);
    for (const TestSource& source : shelf.sources) {
      if (source.path != from.file().device_path) continue;
      if (!source.open_error.empty()) return Error{Errc::malformed, source.open_error};
      return std::unique_ptr<artefacts::Cursor>(
          std::make_unique<RowCursor>(source, shelf.reading, only));
    }
    return Error{Errc::not_found, "no such source"};
  }

  Shelf& shelf(std::string_view table) {
    const auto found = shelves_.find(std::string(table));
    if (found == shelves_.end()) throw std::logic_error("no table " + std::string(table));
    return found->second;
  }

  std::map<std::string, Shelf> shelves_;
  std::vector<const artefacts::Table*> tables_;
  evidence::Facts facts_;
  std::vector<std::string> notes_;
};

inline std::unique_ptr<Engine> engine_on(World& world, const std::atomic<bool>* stop = nullptr) {
  auto engine = Engine::open(world, world.options(stop));
  if (!engine) throw std::runtime_error(engine.error().what());
  return *std::move(engine);
}

inline const Detection& detection(std::string_view id) {
  for (const Detection& one : detections()) {
    if (one.id == id) return one;
  }
  throw std::logic_error("no detection " + std::string(id));
}

/// What a detection finds in a world.
inline std::vector<RuleFinding> findings(World& world, std::string_view id) {
  auto found = engine_on(world)->run(detection(id), 1000);
  if (!found) throw std::runtime_error(found.error().what());
  return *std::move(found);
}

/// All cells of a query, rows joined by " / ", cells by ",", NULL as "-"; an error as its sentence.
inline std::string answer(Engine& engine, std::string_view sql) {
  std::string out;
  const auto done = engine.query(
      sql, [](auto) {},
      [&](std::span<const Answer> row) {
        if (!out.empty()) out += " / ";
        for (std::size_t i = 0; i < row.size(); ++i) {
          if (i > 0) out += ',';
          out += row[i].text.value_or("-");
        }
        return true;
      });
  return done ? out : "error: " + done.error().what();
}

}  // namespace interdict::test
