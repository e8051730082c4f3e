// A hostile list of people: read as records, and as the people of a ban.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "policy/ban.hpp"
#include "policy/csv_reader.hpp"

using namespace interdict;
using namespace interdict::policy;

namespace {

constexpr std::string_view kBan =
    "schema = 1\nid = \"x\"\nroles = [\"a\", \"b\"]\npeople_file = \"people.csv\"\n"
    "[[organisation]]\nid = \"o\"\nzone = \"UTC\"\ndomains = [\"o.example\"]\ngroups = [\"g\"]\n";

void read_records(std::string_view text) {
  const auto bytes = bytes_of(text);
  MemoryBytes source(Bytes(bytes.begin(), bytes.end()));
  CsvReader reader(source);
  std::size_t records = 0;
  while (reader.next()) {
    ++records;
    if (reader.fields().empty() || reader.fields().size() > CsvReader::kMaxFields) std::abort();
    for (std::size_t i = 0; i < reader.fields().size(); ++i) {
      if (reader.place(i).line == 0 || reader.place(i).column == 0) std::abort();
      std::size_t parts = 0;
      for_each_part(reader.fields()[i], [&](std::string_view part) {
        if (part.empty()) std::abort();
        ++parts;
      });
      if (parts > reader.fields()[i].size()) std::abort();
    }
  }
  if (records > text.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 65'536) return 0;
  const auto text = text_of(std::as_bytes(std::span(data, size)));
  read_records(text);
  static const auto folder = [] {
    auto made = std::filesystem::temp_directory_path() / "interdict-fuzz-people";
    std::filesystem::create_directories(made);
    return made;
  }();
  std::ofstream(folder / "people.csv", std::ios::binary) << text;
  Problems problems("ban.toml");
  const auto ban = read_ban_text(kBan, folder, problems);
  if (ban.has_value() == problems.any()) std::abort();
  if (!ban) return 0;
  const People& people = ban->people;
  for (PersonIndex p = 0; p < people.size(); ++p) {
    if (people.by_id.find(people.texts, people.texts.at(people.id[p])) != p) std::abort();
    for (const auto account : people.accounts_of(p)) {
      if (people.by_account.find(people.texts, people.texts.at(account)) != p) std::abort();
    }
  }
  return 0;
}
