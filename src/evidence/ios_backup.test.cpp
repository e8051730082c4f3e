#include "evidence/ios_backup.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <sqlite3.h>

#include <doctest/doctest.h>

#include "evidence/testing.hpp"
#include "support/phone.hpp"
#include "support/plist_writer.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::evidence;
using namespace interdict::evidence::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPassword = "correct horse";

test::BackupSpec small_phone(bool encrypted) {
  test::BackupSpec spec;
  if (encrypted) {
    spec.encryption = test::Encryption{
        .password = std::string(kPassword), .sha256_iterations = 10, .sha1_iterations = 5};
  }
  const auto messages = test::wal_database_from_sql(
      "CREATE TABLE message(text); INSERT INTO message VALUES ('checkpointed');",
      "INSERT INTO message VALUES ('only in the wal');");
  spec.files = {
      {.domain = "HomeDomain", .path = "Library/SMS/sms.db", .content = messages.database},
      {.domain = "HomeDomain", .path = "Library/SMS/sms.db-wal", .content = messages.wal},
      {.domain = "HomeDomain", .path = "Library/Notes/note.txt", .content = "a canary sings"},
      {.domain = "HomeDomain", .path = "Library/Notes/empty.txt", .content = ""},
      {.domain = "HomeDomain",
       .path = "Library/Notes/lie.txt",
       .content = "truth",
       .size_lie = 100},
      {.domain = "HomeDomain",
       .path = "Library/Notes/gone.txt",
       .content = "gone",
       .omit_blob = true},
      {.domain = "AppDomain-org.example",
       .path = "Documents/big",
       .content = std::string(100'000, 'b'),
       .protection_class = 1},
  };
  return spec;
}

/// A backup on disk, written anew for each test.
class Phone {
 public:
  explicit Phone(const test::BackupSpec& spec) { test::write_backup(spec, path()); }
  [[nodiscard]] fs::path path() const { return folder_.path() / "backup"; }
  [[nodiscard]] std::unique_ptr<Tree> open(std::string_view with = kPassword) const {
    auto tree = evidence::open(path(), password(with));
    REQUIRE_MESSAGE(tree, tree.error().what());
    return std::move(*tree);
  }
  [[nodiscard]] Error failure(const PasswordSource& with = password(kPassword)) const {
    auto tree = evidence::open(path(), with);
    REQUIRE_FALSE(tree);
    return std::move(tree).error();
  }

 private:
  test::TemporaryFolder folder_;
};

void run_sql(const fs::path& database, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

std::vector<std::string> messages_in(sqlite::Files files) {
  std::vector<std::string> texts;
  const auto database = sqlite::Database::open_evidence(std::move(files));
  REQUIRE(database);
  auto rows = database->prepare("SELECT text FROM message ORDER BY rowid");
  REQUIRE(rows);
  for (auto row = rows->step(); row && *row; row = rows->step()) {
    texts.emplace_back(rows->text(0));
  }
  return texts;
}

File only(Tree& tree, std::string_view domain, std::string_view path) {
  auto found = tree.find({Container::ios_backup, domain, path});
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  return found->front();
}

bool has_note(const Tree& tree, std::string_view part) {
  return std::ranges::any_of(tree.notes(),
                             [&](const std::string& note) { return note.find(part) != note.npos; });
}

/// As iOS 10.0 and 10.1 wrote them: encrypted files and a plain manifest.
test::BackupSpec phone_of_ios_10_1() {
  auto specification = small_phone(true);
  specification.encryption->sha256_iterations = 0;
  specification.encryption->plain_manifest = true;
  return specification;
}

void check_twin_of_plain(const test::BackupSpec& specification) {
  const Phone plain(small_phone(false)), encrypted(specification);
  const auto a = plain.open(), b = encrypted.open();
  CHECK_FALSE(a->facts().encrypted);
  CHECK(b->facts().encrypted);
  for (const Place place : {Place{Container::ios_backup, "HomeDomain", "Library/SMS/sms.db"},
                            Place{Container::ios_backup, "HomeDomain", "Library/Notes/*"},
                            Place{Container::ios_backup, "*", "Documents/big"},
                            Place{Container::ios_backup, "", "Info.plist"}}) {
    CAPTURE(place.path);
    auto from_plain = a->find(place), from_encrypted = b->find(place);
    REQUIRE(from_plain);
    REQUIRE(from_encrypted);
    REQUIRE(from_plain->size() == from_encrypted->size());
    CHECK(from_plain->size() > 0);
    for (std::size_t i = 0; i < from_plain->size(); ++i) {
      const File &x = from_plain->at(i), &y = from_encrypted->at(i);
      CHECK(x.id == y.id);
      CHECK(x.device_path == y.device_path);
      CHECK(x.recorded_size == y.recorded_size);
      CHECK(x.key.empty());
      const auto in_plain = a->open(x), in_encrypted = b->open(y);
      REQUIRE(in_plain.has_value() == in_encrypted.has_value());
      if (in_plain) CHECK(text_of_all(**in_plain) == text_of_all(**in_encrypted));
    }
  }
}

}  // namespace

TEST_CASE("an encrypted backup shows the same files as its plain twin") {
  check_twin_of_plain(small_phone(true));
}

TEST_CASE("encrypted files under a plain manifest are read as their plain twin") {
  check_twin_of_plain(phone_of_ios_10_1());
  const Phone phone(phone_of_ios_10_1());
  CHECK(phone.failure(password("wrong")).code() == Errc::locked);
}

TEST_CASE("both key derivations and both paddings of the manifest open") {
  for (const std::uint32_t sha256_iterations : {0u, 10u}) {
    for (const bool pad_manifest : {false, true}) {
      auto spec = small_phone(true);
      spec.encryption->sha256_iterations = sha256_iterations;
      spec.encryption->pad_manifest = pad_manifest;
      const Phone phone(spec);
      CHECK(content_at(*phone.open(), "HomeDomain", "Library/Notes/note.txt") == "a canary sings");
    }
  }
}

TEST_CASE("facts come from Info.plist, and from Manifest.plist where that is missing") {
  const Phone phone(small_phone(false));
  const auto check = [](const Tree& tree) {
    CHECK(tree.facts().product_type == "iPhone12,3");
    CHECK(tree.facts().product_version == "17.5.1");
    CHECK(tree.facts().ios_major() == 17);
    CHECK(tree.facts().build == "21F90");
    CHECK(tree.facts().device_name == "Sample iPhone");
    CHECK(tree.facts().serial_number == "F0000000TEST");
    CHECK(tree.facts().unique_identifier.size() == 25);
    CHECK(tree.facts().path_convention.find("bundle id") != std::string::npos);
  };
  check(*phone.open());
  CHECK(phone.open()->notes().empty());
  fs::remove(phone.path() / "Info.plist");
  check(*phone.open());
  CHECK(has_note(*phone.open(), "Info.plist is missing"));
}

TEST_CASE("the files beside the manifest can be read, the manifest decrypted") {
  const Phone phone(small_phone(true));
  const auto tree = phone.open();
  CHECK(content_at(*tree, "", "Info.plist") == slurp(phone.path() / "Info.plist"));
  const auto manifest = only(*tree, "", "Manifest.db");
  CHECK(manifest.device_path == "Manifest.db");
  auto files = tree->open_database(manifest);
  REQUIRE(files);
  const auto database = sqlite::Database::open_evidence(*std::move(files));
  REQUIRE(database);
  auto rows = database->prepare("SELECT count(*) FROM Files WHERE flags = 1");
  REQUIRE(rows);
  REQUIRE(rows->step());
  CHECK(rows->integer(0) == 7);
  CHECK(tree->find({Container::ios_backup, "", "Absent.plist"})->empty());
  CHECK(tree->find({Container::ios_backup, "", "../backup/Info.plist"})->empty());
}

TEST_CASE("a -wal is honoured though it is stored under a hash of its own") {
  for (const bool encrypted : {false, true}) {
    const Phone phone(small_phone(encrypted));
    const auto tree = phone.open();
    std::string odd;
    auto files = tree->open_database(only(*tree, "HomeDomain", "Library/SMS/sms.db"), &odd);
    REQUIRE(files);
    CHECK(odd.empty());
    CHECK(messages_in(*std::move(files)) ==
          std::vector<std::string>{"checkpointed", "only in the wal"});
  }
}

TEST_CASE("a -wal that is listed but not stored is said to be missing") {
  const Phone phone(small_phone(true));
  const auto tree = phone.open();
  fs::remove(phone.path() / blob_path(*tree, "HomeDomain", "Library/SMS/sms.db-wal"));
  auto files = tree->open_database(only(*tree, "HomeDomain", "Library/SMS/sms.db"), nullptr);
  REQUIRE(files);
  REQUIRE(files->wal_fault);
  CHECK(files->wal_fault->what().starts_with(
      "its -wal is not read, so its newest changes may be missing: listed"));
  CHECK(messages_in(*std::move(files)) == std::vector<std::string>{"checkpointed"});
}

TEST_CASE("a -wal that was cut between two frames is known by its recorded size") {
  const Phone phone(small_phone(false));
  const auto tree = phone.open();
  fs::resize_file(phone.path() / blob_path(*tree, "HomeDomain", "Library/SMS/sms.db-wal"), 32);
  auto files = tree->open_database(only(*tree, "HomeDomain", "Library/SMS/sms.db"), nullptr);
  REQUIRE(files);
  REQUIRE(files->wal_fault);
  CHECK(files->wal_fault->what() == "its -wal is cut short: changes may be missing");
}

TEST_CASE("a transaction that was under way is told, a finished one's journal is not") {
  const std::string hot("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 and the old pages"), finished(512, '\0');
  for (const auto& journal : {hot, finished}) {
    auto spec = small_phone(true);
    spec.files.push_back(
        {.domain = "HomeDomain", .path = "Library/SMS/sms.db-journal", .content = journal});
    const Phone phone(spec);
    const auto tree = phone.open();
    std::string odd;
    REQUIRE(tree->open_database(only(*tree, "HomeDomain", "Library/SMS/sms.db"), &odd));
    CHECK(odd.starts_with("a transaction was under way") == (journal == hot));
  }
}

TEST_CASE("padding, not the recorded size, decides how long a file is") {
  for (const bool encrypted : {false, true}) {
    const Phone phone(small_phone(encrypted));
    std::string odd;
    CHECK(content_at(*phone.open(), "HomeDomain", "Library/Notes/lie.txt", &odd) == "truth");
    CHECK(odd == "recorded size 105, content 5 bytes");
    odd.clear();
    CHECK(content_at(*phone.open(), "HomeDomain", "Library/Notes/note.txt", &odd) ==
          "a canary sings");
    CHECK(odd.empty());
  }
}

TEST_CASE("a recorded size below nothing is told, and the file is read") {
  auto specification = small_phone(false);
  for (auto& file : specification.files) {
    if (file.path == "Library/Notes/lie.txt") file.size_lie = -12;
  }
  const Phone phone(specification);
  std::string odd;
  CHECK(content_at(*phone.open(), "HomeDomain", "Library/Notes/lie.txt", &odd) == "truth");
  CHECK(odd == "recorded size -7, content 5 bytes");
}

TEST_CASE("an empty file of the phone is an empty file") {
  for (const bool encrypted : {false, true}) {
    const Phone phone(small_phone(encrypted));
    std::string odd;
    CHECK(content_at(*phone.open(), "HomeDomain", "Library/Notes/empty.txt", &odd) == "");
    CHECK(odd.empty());
  }
}

TEST_CASE("missing, empty and truncated blobs are errors that say which") {
  for (const bool encrypted : {false, true}) {
    const Phone phone(small_phone(encrypted));
    const auto tree = phone.open();
    const auto failure = [&](std::string_view domain, std::string_view path) {
      auto opened = tree->open(only(*tree, domain, path), nullptr);
      REQUIRE_FALSE(opened);
      return std::move(opened).error();
    };
    const auto gone = failure("HomeDomain", "Library/Notes/gone.txt");
    CHECK(gone.code() == Errc::not_found);
    CHECK(gone.what().starts_with("listed in the manifest, but not in the folder ("));

    fs::resize_file(phone.path() / blob_path(*tree, "HomeDomain", "Library/Notes/note.txt"), 0);
    const auto empty = failure("HomeDomain", "Library/Notes/note.txt");
    CHECK(empty.code() == Errc::truncated);
    CHECK(empty.what() == "stored as an empty file");

    const auto big = blob_path(*tree, "AppDomain-org.example", "Documents/big");
    fs::resize_file(phone.path() / big, 99'999);
    if (encrypted)
      CHECK(failure("AppDomain-org.example", "Documents/big").code() == Errc::truncated);

    const auto id = [&](std::string_view domain, std::string_view path) {
      return only(*tree, domain, path).id;
    };
    CHECK(tree->stored(id("HomeDomain", "Library/Notes/gone.txt"), encrypted) == Stored::missing);
    CHECK(tree->stored(id("HomeDomain", "Library/Notes/note.txt"), encrypted) == Stored::empty);
    CHECK(tree->stored(id("HomeDomain", "Library/Notes/lie.txt"), encrypted) == Stored::whole);
    CHECK(tree->stored(id("AppDomain-org.example", "Documents/big"), encrypted) ==
          (encrypted ? Stored::truncated : Stored::whole));
    CHECK(tree->stored_size(id("AppDomain-org.example", "Documents/big")) == 99'999);
    CHECK(tree->stored("../../etc/passwd", encrypted) == Stored::missing);
  }
}

TEST_CASE("a ciphertext cut at a block boundary lacks its padding, which is said") {
  const Phone phone(small_phone(true));
  const auto tree = phone.open();
  fs::resize_file(phone.path() / blob_path(*tree, "AppDomain-org.example", "Documents/big"),
                  16'000);
  std::string odd;
  CHECK(content_at(*tree, "AppDomain-org.example", "Documents/big", &odd) ==
        std::string(16'000, 'b'));
  CHECK(odd ==
        "its last block carries no padding: the end may be missing; "
        "recorded size 100000, content 16000 bytes");
}

TEST_CASE("a fileID that is a path leads nowhere") {
  const Phone phone(small_phone(false));
  spill(phone.path().parent_path() / "secret", "secret");
  run_sql(phone.path() / "Manifest.db",
          "UPDATE Files SET fileID = '../secret' WHERE relativePath = 'Library/Notes/note.txt'");
  const auto tree = phone.open();
  const auto opened = tree->open(only(*tree, "HomeDomain", "Library/Notes/note.txt"));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == Errc::malformed);
  CHECK(opened.error().what() == "fileID \"../secret\" is not 40 hex digits");
}

TEST_CASE("a damaged record costs an encrypted file its key, a plain one nothing") {
  const Phone phone(small_phone(false));
  run_sql(phone.path() / "Manifest.db",
          "UPDATE Files SET file = x'00' WHERE relativePath = 'Library/Notes/note.txt'");
  std::string odd;
  CHECK(content_at(*phone.open(), "HomeDomain", "Library/Notes/note.txt", &odd) ==
        "a canary sings");
  CHECK(odd == "its record in the manifest is damaged: not a binary property list");

  const Phone twin(small_phone(true));
  const auto tree = twin.open();
  auto file = only(*tree, "HomeDomain", "Library/Notes/note.txt");
  file.record_error = "cut short";
  const auto opened = tree->open(file);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == Errc::malformed);
  CHECK(opened.error().what() ==
        "its record in the manifest is damaged, so its key is unknown: cut short");
}

TEST_CASE("a file without a key in an encrypted backup is read as it is") {
  const Phone phone(small_phone(true));
  const auto tree = phone.open();
  auto file = only(*tree, "HomeDomain", "Library/Notes/note.txt");
  spill(phone.path() / file.id.substr(0, 2) / file.id, "in the clear..");
  file.key.clear();
  std::string odd;
  const auto opened = tree->open(file, &odd);
  REQUIRE(opened);
  CHECK(text_of_all(**opened) == "in the clear..");
  CHECK(odd == "stored without encryption in an encrypted backup");
}

TEST_CASE("stored files that the manifest does not know are counted") {
  const Phone phone(small_phone(false));
  for (const auto* id :
       {"aa00000000000000000000000000000000000000", "ab00000000000000000000000000000000000000"}) {
    spill(phone.path() / std::string(id, 2) / id, "stray");
  }
  spill(phone.path() / "aa" / "notes.txt", "not a blob");
  const auto tree = phone.open();
  CHECK(tree->notes().empty());
  CHECK(tree->stored_size("aa00000000000000000000000000000000000000") == 5);
  CHECK(tree->notes() == std::vector<std::string>{"2 stored files are not in the manifest"});
}

TEST_CASE("an unfinished backup is read, with a note") {
  const Phone phone(small_phone(false));
  spill(phone.path() / "Status.plist",
        test::xml_plist(test::Plist::dict({{"SnapshotState", test::Plist::text("uploading")}})));
  CHECK(has_note(*phone.open(),
                 "the backup was not finished (SnapshotState \"uploading\" in "
                 "Status.plist)"));
}

TEST_CASE("damaged lists beside a plain manifest are notes") {
  const Phone phone(small_phone(false));
  spill(phone.path() / "Info.plist", "not a list");
  spill(phone.path() / "Status.plist", "");
  const auto tree = phone.open();
  CHECK(has_note(*tree, "not read: Info.plist: "));
  CHECK(has_note(*tree, "not read: Status.plist: "));
  CHECK(tree->facts().product_version == "17.5.1");
}

TEST_CASE("facts that contradict each other are noted") {
  const Phone phone(small_phone(false));
  spill(phone.path() / "Info.plist",
        test::xml_plist(test::Plist::dict({{"Product Version", test::Plist::text("16.0")}})));
  const auto tree = phone.open();
  CHECK(tree->facts().product_version == "16.0");
  CHECK(has_note(*tree,
                 "Product Version is \"16.0\" in Info.plist, but \"17.5.1\" in Manifest.plist"));
}

TEST_CASE("a password is asked for only when the backup is encrypted") {
  const Phone plain(small_phone(false));
  CHECK(evidence::open(plain.path(), no_password));
  const Phone encrypted(small_phone(true));
  const auto error = encrypted.failure(no_password);
  CHECK(error.code() == Errc::locked);
  CHECK(error.what() == "no password");
}

TEST_CASE("a wrong password is not a damaged key bag") {
  const Phone phone(small_phone(true));
  CHECK(phone.failure(password("wrong")).code() == Errc::locked);
  CHECK(phone.failure(password("")).code() == Errc::locked);
}

TEST_CASE("a key bag that is missing, damaged or cut short is malformed, and nobody is asked") {
  const auto must_not_ask = []() -> Result<crypto::Secret> {
    FAIL_CHECK("asked for a password");
    return Error{Errc::locked, ""};
  };
  using test::Plist;
  const auto with_manifest = [&](const Phone& phone, const std::string& list) {
    spill(phone.path() / "Manifest.plist", list);
    return phone.failure(must_not_ask);
  };
  const Phone phone(small_phone(true));
  const auto none = with_manifest(
      phone, test::binary_plist(Plist::dict({{"IsEncrypted", Plist::boolean(true)}})));
  CHECK(none.code() == Errc::malformed);
  CHECK(none.what() == "Manifest.plist holds no BackupKeyBag");

  const auto garbage = with_manifest(
      phone, test::binary_plist(Plist::dict({{"IsEncrypted", Plist::boolean(true)},
                                             {"BackupKeyBag", Plist::data("garbage")},
                                             {"ManifestKey", Plist::data(std::string(44, 'k'))}})));
  CHECK(garbage.code() == Errc::malformed);
  CHECK(garbage.what().starts_with("the key bag in Manifest.plist: "));

  const auto broken = with_manifest(phone, "garbage");
  CHECK(broken.code() == Errc::malformed);
  CHECK(broken.what().find("Manifest.plist, which would hold its keys, cannot be used: ") !=
        std::string::npos);

  fs::remove(phone.path() / "Manifest.plist");
  const auto absent = phone.failure(must_not_ask);
  CHECK(absent.code() == Errc::malformed);
  CHECK(absent.what().ends_with("cannot be used: it is missing"));
}

TEST_CASE("a manifest that is empty, truncated or no database is malformed") {
  const Phone plain(small_phone(false)), encrypted(small_phone(true));
  fs::resize_file(encrypted.path() / "Manifest.db", 4'095);
  const auto cut = encrypted.failure();
  CHECK(cut.code() == Errc::malformed);
  CHECK(cut.what() == "Manifest.db is truncated: 4095 bytes are no whole number of cipher blocks");

  spill(encrypted.path() / "Manifest.db", std::string(4'096, 'x'));
  const auto garbage = encrypted.failure();
  CHECK(garbage.code() == Errc::malformed);
  CHECK(garbage.what().find("does not decrypt to a database") != std::string::npos);

  fs::resize_file(plain.path() / "Manifest.db", 0);
  CHECK(plain.failure().what() == "Manifest.db is empty");

  spill(plain.path() / "Manifest.db", "no database");
  const auto other = plain.failure();
  CHECK(other.code() == Errc::malformed);
  CHECK(other.what().find("although Manifest.plist says that the backup is not encrypted") !=
        std::string::npos);

  spill(plain.path() / "Manifest.db", std::string("SQLite format 3\0", 16) + std::string(84, 'x'));
  const auto header = plain.failure();
  CHECK(header.code() == Errc::malformed);
  CHECK(header.what().starts_with("Manifest.db: "));
}

TEST_CASE("a truncated plain manifest is read as far as it goes, with a note") {
  auto spec = small_phone(false);
  for (int i = 0; i < 500; ++i) {
    spec.files.push_back(
        {.domain = "HomeDomain", .path = "many/" + std::to_string(i), .content = "x"});
  }
  const Phone phone(spec);
  // As on a phone, where the indexes are as old as the table, their roots stand first then.
  run_sql(phone.path() / "Manifest.db", "VACUUM");
  const auto whole = fs::file_size(phone.path() / "Manifest.db");
  fs::resize_file(phone.path() / "Manifest.db", whole - whole / 8);
  const auto tree = phone.open();
  CHECK(has_note(*tree, "Manifest.db is damaged ("));
  CHECK(content_at(*tree, "HomeDomain", "Library/Notes/note.txt") == "a canary sings");
}

TEST_CASE("a decrypted backup that still says it is encrypted is a plain one") {
  const Phone phone(small_phone(true));
  const Phone plain(small_phone(false));
  fs::copy_file(phone.path() / "Manifest.plist", plain.path() / "Manifest.plist",
                fs::copy_options::overwrite_existing);
  const auto tree = evidence::open(plain.path(), no_password);
  REQUIRE(tree);
  CHECK_FALSE((*tree)->facts().encrypted);
  CHECK(has_note(**tree, "taken for a backup that was decrypted before"));
}

TEST_CASE("reading a backup leaves its bytes and times as they were") {
  for (const bool encrypted : {false, true}) {
    const Phone phone(small_phone(encrypted));
    const auto before = snapshot(phone.path());
    {
      const auto tree = phone.open();
      const auto all = tree->find({Container::ios_backup, "HomeDomain", "Library/Notes/*"});
      REQUIRE(all);
      for (const auto& file : *all) {
        if (const auto opened = tree->open(file)) text_of_all(**opened);
        CHECK_FALSE(tree->stored(file.id, encrypted) == Stored::truncated);
      }
      auto files = tree->open_database(only(*tree, "HomeDomain", "Library/SMS/sms.db"));
      REQUIRE(files);
      CHECK(messages_in(*std::move(files)).size() == 2);
    }
    CHECK(snapshot(phone.path()) == before);
  }
}

TEST_CASE("the real backup of an iPhone 7 opens as a plain one") {
  if (test::missing_data("ios/backup-14.3")) return;
  const auto tree = evidence::open(test::shared_data() / "ios/backup-14.3", no_password);
  REQUIRE_MESSAGE(tree, tree.error().what());
  CHECK_FALSE((*tree)->facts().encrypted);
  CHECK((*tree)->facts().product_type == "iPhone9,3");
  CHECK((*tree)->facts().ios_major() == 14);
  CHECK((*tree)->facts().build == "18C66");
  std::string odd;
  const auto file = only(**tree, "HomeDomain", "Library/SMS/sms.db");
  CHECK(file.id == "3d0d7e5fb2ce288813306e4d4636395e047a3d28");
  CHECK(file.key.empty());
  REQUIRE((*tree)->open_database(file, &odd));
  CHECK(odd == "recorded size 278528, content 28672 bytes");
  CHECK((*tree)->stored(file.id, false) == Stored::whole);
}
