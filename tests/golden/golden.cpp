// The golden tests: runs every artefact over its fixtures and compares what comes out (README.md).

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "artefacts/scan.hpp"
#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "support/memory_tree.hpp"
#include "support/phone.hpp"

namespace interdict::test {
namespace {

namespace fs = std::filesystem;
using artefacts::Scan;
using artefacts::SourceCoverage;
using artefacts::Table;
using artefacts::Value;

const fs::path kFolder = GOLDEN_FOLDER;

struct Tally {
  unsigned passed = 0, failed = 0;

  void pass() { ++passed; }
  void fail(std::string_view what) {
    ++failed;
    std::cout << "FAILED " << what << '\n';
  }
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The "-- name: value" lines at the top of a fixture, and what follows them.
struct Fixture {
  std::vector<std::pair<std::string, std::string>> directives;
  std::string body;

  explicit Fixture(std::string text) {
    while (text.starts_with("-- ")) {
      const auto line = text.substr(3, text.find('\n') - 3);
      const auto colon = line.find(": ");
      directives.emplace_back(line.substr(0, colon),
                              colon == std::string::npos ? "" : line.substr(colon + 2));
      text.erase(0, std::min(text.size(), line.size() + 4));
    }
    body = std::move(text);
  }
};

std::size_t number(const std::string& text) { return std::stoull(text); }

/// The bytes of the file that a fixture describes.
std::string content_of(const Fixture& fixture) {
  std::string content =
      fixture.body.starts_with("<") ? fixture.body : database_from_sql(fixture.body);
  for (const auto& [name, value] : fixture.directives) {
    if (name == "truncate") {
      content.resize(std::min(content.size(), number(value)));
    } else if (name == "zero") {
      const std::size_t at = number(value), size = number(value.substr(value.find(' ') + 1));
      if (at > content.size()) throw std::runtime_error("zero: lies beyond the file");
      std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(at),
                  std::min(size, content.size() - at), '\0');
    }
  }
  return content;
}

/// The evidence that a fixture describes.
void build(const Fixture& fixture, const Table& table, MemoryTree& tree) {
  std::string domain, path;
  for (const auto& [name, value] : fixture.directives) {
    if (name == "file") {
      domain = value.substr(0, value.find(':'));
      path = value.substr(value.find(':') + 1);
    } else if (name == "stored") {
      const auto blank = value.find(' ');
      tree.set_stored_size(value.substr(0, blank), number(value.substr(blank + 1)));
    } else if (name == "encrypted") {
      tree.device.encrypted = true;
    }
  }
  if (path.empty()) {
    tree.add(table.places.front(), content_of(fixture));
  } else {
    tree.add(domain, path, content_of(fixture));
  }
}

void write_value(JsonWriter& json, const Value& value) {
  switch (value.type()) {
    case Value::Type::null:
      json.null();
      break;
    case Value::Type::integer:
      json.integer(value.as_integer());
      break;
    case Value::Type::real:
      json.real(value.as_real());
      break;
    case Value::Type::text:
      json.string(value.as_text());
      break;
    case Value::Type::blob:
      json.string(hex(bytes_of(value.as_text())));
      break;
    case Value::Type::time:
      json.string(iso8601(value.as_time()));
      break;
  }
}

std::string row_of(const Table& table, const Scan& scan) {
  JsonWriter json;
  json.begin_object();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (scan.row()[i].is_null()) continue;
    json.key(table.columns[i].name);
    write_value(json, scan.row()[i]);
  }
  const Locator at = scan.locator();
  json.member("_cite", at.table.empty() ? at.key_path : fmt::format("{} {}", at.table, at.rowid));
  return json.end_object().take();
}

std::string coverage_of(const SourceCoverage& source) {
  std::string out =
      fmt::format("{}: {} rows, {} damaged\n", source.file, source.rows, source.notes.damaged_rows);
  for (const auto& [reason, count] : source.notes.reasons) {
    out += fmt::format("damaged: {} x {}\n", count, reason);
  }
  for (const std::string& note : source.notes.sentences) out += fmt::format("note: {}\n", note);
  if (!source.error.empty()) out += fmt::format("error: {}\n", source.error);
  return out;
}

/// What an artefact makes of a fixture, and whether it had to complain.
struct Outcome {
  std::string text;
  bool good = false, damaged = false;
};

Outcome run(const Table& table, const fs::path& in) {
  const Fixture fixture(read(in));
  MemoryTree tree;
  build(fixture, table, tree);
  Outcome outcome;
  Scan scan(table, tree);
  std::uint64_t rows = 0;
  for (; scan.next(); ++rows) outcome.text += row_of(table, scan) + '\n';
  for (const auto& source : scan.coverage()) {
    outcome.text += coverage_of(*source);
    outcome.damaged |= source->notes.damaged_rows > 0 || !source->error.empty();
  }
  outcome.good = rows > 0 && !outcome.damaged;
  return outcome;
}

/// The first line in which two texts differ, both ways of it.
std::string difference(const std::string& expected, const std::string& actual) {
  std::istringstream a(expected), b(actual);
  std::string left, right;
  for (unsigned line = 1;; ++line) {
    const bool more_left = static_cast<bool>(std::getline(a, left));
    const bool more_right = static_cast<bool>(std::getline(b, right));
    if (!more_left && !more_right) return "the texts end differently";
    if (!more_left) left = "(the end)";
    if (!more_right) right = "(the end)";
    if (left != right)
      return fmt::format("line {}\n  expected {}\n  is       {}", line, left, right);
  }
}

void run_artefact(const Table& table, bool bless, Tally& tally) {
  const fs::path folder = kFolder / table.id;
  bool good = false, damaged = false;
  std::set<fs::path> inputs;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".in") inputs.insert(entry.path());
    }
  }
  for (const fs::path& in : inputs) {
    const std::string name = fmt::format("{}/{}", table.id, in.stem().string());
    const fs::path out = fs::path(in).replace_extension(".out");
    const Outcome outcome = run(table, in);
    good |= outcome.good;
    damaged |= outcome.damaged;
    if (bless) std::ofstream(out, std::ios::binary) << outcome.text;
    const std::string expected = fs::exists(out) ? read(out) : "";
    if (expected == outcome.text) {
      tally.pass();
    } else {
      tally.fail(name + ": " + difference(expected, outcome.text));
    }
  }
  if (!good) tally.fail(fmt::format("{}: no fixture that it reads without a complaint", table.id));
  if (!damaged) tally.fail(fmt::format("{}: no damaged fixture", table.id));
}

/// Writes what the fixtures of an artefact hold, as seeds for its fuzz target: FOLDER/ios_sms/CASE.
void write_corpus(const Table& table, const fs::path& folder) {
  const fs::path out = folder / table.sql_name();
  fs::create_directories(out);
  for (const auto& entry : fs::directory_iterator(kFolder / table.id)) {
    if (entry.path().extension() != ".in") continue;
    const auto seed = out / entry.path().stem();
    std::ofstream(seed, std::ios::binary) << content_of(Fixture(read(entry.path())));
  }
}

/// Fixtures and artefacts, one for one.
void check_folders(Tally& tally) {
  for (const Table* table : artefacts::tables()) {
    if (fs::is_directory(kFolder / table->id)) {
      tally.pass();
    } else {
      tally.fail(fmt::format("{}: no folder {}", table->id, (kFolder / table->id).string()));
    }
  }
  for (const auto& platform : fs::directory_iterator(kFolder)) {
    if (!platform.is_directory()) continue;
    for (const auto& folder : fs::directory_iterator(platform)) {
      const std::string id = fs::relative(folder.path(), kFolder).string();
      if (artefacts::find_table(id) == nullptr) tally.fail(id + ": fixtures without an artefact");
    }
  }
}

int run_all(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "--corpus") {
    for (const Table* table : artefacts::tables()) write_corpus(*table, arguments[1]);
    return 0;
  }
  Tally tally;
  bool bless = false, folders = false;
  std::vector<const Table*> chosen;
  for (const std::string& argument : arguments) {
    if (argument == "--bless") {
      bless = true;
    } else if (argument == "--folders") {
      folders = true;
    } else if (const Table* table = artefacts::find_table(argument)) {
      chosen.push_back(table);
    } else {
      tally.fail(argument + ": no such artefact");
    }
  }
  if (chosen.empty() && tally.failed == 0) {
    check_folders(tally);
    if (!folders) chosen.assign(artefacts::tables().begin(), artefacts::tables().end());
  }
  for (const Table* table : chosen) run_artefact(*table, bless, tally);
  std::cout << tally.passed << " passed, " << tally.failed << " failed\n";
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace interdict::test

int main(int argc, char** argv) {
  try {
    return interdict::test::run_all({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cerr << "golden: " << e.what() << '\n';
    return 1;
  }
}
