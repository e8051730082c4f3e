// Phones for measuring. The rows are made inside SQLite, by counting; the big stores are built as
// files and moved into the backup, so that memory does not grow with them.

#include "bench_phone.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "backup_writer.hpp"
#include "sample_content.hpp"
#include "schemas.hpp"
#include "sql_functions.hpp"

namespace interdict::test {

namespace {

constexpr std::int64_t kFirstMoment = 1'600'000'000;  // the oldest row; one a minute from there

// ?1 rows: the number of the row is n.
constexpr std::string_view kMessages = R"(
INSERT INTO handle(id, service) VALUES
  ('+447700900101', 'SMS'), ('charles@example.org', 'iMessage'), ('mary@example.net', 'iMessage');
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {rows}),
  texts AS MATERIALIZED (SELECT n, CASE n % 3
      WHEN 0 THEN 'Look at https://site' || n % 997 || '.example.org/page/' || n || '?from=mail'
      WHEN 1 THEN 'See you at the station at ' || (n % 24) || ' o''clock, platform ' || (n % 12)
      ELSE 'Merci, très bien. Number ' || n || ' of the long list is done 👍' END AS body
    FROM counter)
INSERT INTO message(guid, text, attributedBody, handle_id, service, date, date_read, is_from_me)
SELECT printf('B0000000-0000-4000-8000-%012d', n), CASE n % 2 WHEN 0 THEN body END,
  CASE n % 2 WHEN 1 THEN attributed_body(body) END, n % 4,
  CASE n % 4 WHEN 1 THEN 'SMS' ELSE 'iMessage' END,
  ({first} + n * 60 - 978307200) * 1000000000,
  ({first} + n * 60 + 9 - 978307200) * 1000000000, n % 5 = 0
FROM texts;
)";

constexpr std::string_view kVisits = R"(
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {rows})
INSERT INTO history_items(id, url, visit_count, daily_visit_counts,
  should_recompute_derived_visit_counts, visit_count_score)
SELECT n, CASE n % 100 WHEN 0 THEN 'http://' ELSE 'https://' END || 'site' || (n % 9973) ||
  '.example.org/article/' || n || '?section=' || (n % 17), 1, x'01000000', 0, 100 FROM counter;
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {rows})
INSERT INTO history_visits(id, history_item, visit_time, title, redirect_source,
  redirect_destination)
SELECT n, n, {first} - 978307200 + CASE n % 100 WHEN 1 THEN n * 60 - 59.6 ELSE n * 60 END,
  'Article ' || n, CASE WHEN n % 100 = 1 AND n > 1 THEN n - 1 END,
  CASE WHEN n % 100 = 0 AND n < {rows} THEN n + 1 END FROM counter;
)";

void build_database(const std::filesystem::path& path, const std::string& sql) {
  sqlite3* database = nullptr;
  std::filesystem::remove(path);
  int status = sqlite3_open(path.c_str(), &database);
  if (status == SQLITE_OK) {
    register_fixture_functions(database);
    const std::string script =
        "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        "PRAGMA cache_size=-200000; BEGIN;" +
        sql + "COMMIT;";
    status = sqlite3_exec(database, script.c_str(), nullptr, nullptr, nullptr);
  }
  const std::string words = sqlite3_errmsg(database);
  sqlite3_close(database);
  if (status != SQLITE_OK) throw std::runtime_error(path.string() + ": " + words);
}

std::string filled(std::string_view script, std::uint64_t rows) {
  return fmt::format(fmt::runtime(script), fmt::arg("rows", rows), fmt::arg("first", kFirstMoment));
}

}  // namespace

void write_rows_phone(const BackupSpec& spec, const Rows& rows,
                      const std::filesystem::path& folder) {
  BackupWriter writer(spec, folder);
  const std::filesystem::path building = folder / "building.db";
  if (rows.messages > 0) {
    build_database(building, std::string(kMessagesSchema) + filled(kMessages, rows.messages));
    writer.add_from(file_at("HomeDomain", "Library/SMS/sms.db", {}, kFirstMoment), building);
  }
  if (rows.visits > 0) {
    build_database(building, std::string(kHistorySchema) + filled(kVisits, rows.visits));
    writer.add_from(file_at("HomeDomain", "Library/Safari/History.db", {}, kFirstMoment), building);
  }
  for (std::uint64_t i = 0; i < rows.manifest; ++i) {
    BackupFile file =
        file_at("CameraRollDomain",
                fmt::format("Media/PhotoData/Thumbnails/V2/DCIM/{:04}APPLE/IMG_{:07}_5003.JPG",
                            i / 1000, i),
                "picture\n", kFirstMoment + static_cast<std::int64_t>(i) * 60);
    file.changed += 2;
    file.omit_blob = !rows.stored;
    writer.add(file);
  }
  writer.finish();
}

void write_padded_phone(const BackupSpec& spec, const Padding& padding,
                        const std::filesystem::path& folder) {
  BackupWriter writer(spec, folder);
  Randomness randomness(spec.seed);
  for (std::uint64_t i = 0; i < padding.files; ++i) {
    writer.add(file_at(
        "CameraRollDomain", fmt::format("Media/DCIM/{:03}APPLE/IMG_{:06}.HEIC", 100 + i / 1000, i),
        randomness.bytes(padding.size), kFirstMoment + static_cast<std::int64_t>(i) * 60));
  }
  if (padding.big > 0) {
    const std::filesystem::path building = folder / "building.mov";
    const std::string piece = randomness.bytes(1 << 20);
    std::ofstream file(building, std::ios::binary);
    for (std::uint64_t left = padding.big; left > 0;) {
      const std::uint64_t size = std::min<std::uint64_t>(left, piece.size());
      file.write(piece.data(), static_cast<std::streamsize>(size));
      left -= size;
    }
    file.close();
    if (!file) throw std::runtime_error("cannot write " + building.string());
    writer.add_from(
        file_at("CameraRollDomain", "Media/DCIM/999APPLE/IMG_FILM.MOV", {}, kFirstMoment),
        building);
  }
  writer.finish();
}

}  // namespace interdict::test
