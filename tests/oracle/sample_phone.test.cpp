// The generators of tests/support, judged by a reader that shares nothing with them or with us.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "oracle/python.hpp"
#include "support/bench_phone.hpp"
#include "support/phone.hpp"
#include "support/plist_writer.hpp"
#include "support/temporary_folder.hpp"

namespace interdict::test {
namespace {

const std::string kDecryptBackup = INTERDICT_SOURCE "/tests/oracle/decrypt_backup.py";

std::map<std::string, std::string> all_files(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[std::filesystem::relative(entry.path(), folder).string()] = {
        std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

BackupSpec infected_iphone() {
  BackupSpec spec;
  spec.device = sample_iphone_device(true);
  spec.files = sample_iphone(true);
  return spec;
}

/// Writes the phone plain and encrypted, and compares what python reads from the two.
void check_twins(BackupSpec spec, const Encryption& encryption) {
  const TemporaryFolder folder;
  write_backup(spec, folder.path() / "plain");
  spec.encryption = encryption;
  write_backup(spec, folder.path() / "cipher");
  const Answer plain = python({kDecryptBackup, folder.path() / "plain"});
  const Answer cipher = python({kDecryptBackup, folder.path() / "cipher", encryption.password});
  REQUIRE(plain.status == 0);
  REQUIRE(cipher.status == 0);
  CHECK(plain.text.find("HomeDomain\tLibrary/SMS/sms.db\t") != std::string::npos);
  CHECK(cipher.text == plain.text);
}

TEST_CASE("another reader decrypts our encrypted phone to the bytes of its plain twin") {
  if (missing_cryptography()) return;
  check_twins(infected_iphone(), Encryption{});
}

TEST_CASE("another reader decrypts our phone from before iOS 10.2, which has one KDF") {
  if (missing_cryptography()) return;
  check_twins(infected_iphone(), Encryption{.password = "ünïcode päss", .sha256_iterations = 0});
}

TEST_CASE("another reader does not decrypt our phone with a wrong password") {
  if (missing_cryptography()) return;
  const TemporaryFolder folder;
  BackupSpec spec = infected_iphone();
  spec.encryption = Encryption{};
  write_backup(spec, folder.path());
  CHECK(python({"-c",
                "import subprocess, sys; sys.exit(subprocess.run([sys.executable] + sys.argv[1:], "
                "stderr=subprocess.DEVNULL).returncode)",
                kDecryptBackup, folder.path(), "wrong"})
            .status == 1);
}

TEST_CASE("the sample phones are the same bytes every time") {
  const TemporaryFolder folder;
  for (const bool is_ipad : {false, true}) {
    for (const char* run : {"first", "second"}) {
      BackupSpec spec;
      spec.device = is_ipad ? sample_ipad_device(true) : sample_iphone_device(true);
      spec.files = is_ipad ? sample_ipad(true) : sample_iphone(true);
      write_backup(spec, folder.path() / run / "plain");
      spec.encryption = Encryption{};
      write_backup(spec, folder.path() / run / "cipher");
    }
    CHECK(all_files(folder.path() / "first").size() > 50);
    CHECK(all_files(folder.path() / "first") == all_files(folder.path() / "second"));
  }
}

TEST_CASE("a rows phone holds as many rows as were asked for") {
  const TemporaryFolder folder;
  write_rows_phone({}, {.manifest = 300, .messages = 200, .visits = 500, .stored = true},
                   folder.path());
  const Answer answer = python(
      {"-c",
       "import hashlib, os, sqlite3, sys\n"
       "folder = sys.argv[1]\n"
       "def count(path, sql):\n"
       "  name = hashlib.sha1(f\"HomeDomain-{path}\".encode()).hexdigest()\n"
       "  file = os.path.join(folder, name[:2], name) if path else folder + \"/Manifest.db\"\n"
       "  return sqlite3.connect(file).execute(sql).fetchone()[0]\n"
       "print(count(\"\", \"SELECT count(*) FROM Files WHERE flags = 1\"),\n"
       "  count(\"Library/SMS/sms.db\", \"SELECT count(*) FROM message\"),\n"
       "  count(\"Library/SMS/sms.db\", \"SELECT count(*) FROM message WHERE text IS NULL\"),\n"
       "  count(\"Library/Safari/History.db\", \"SELECT count(*) FROM history_visits\"),\n"
       "  count(\"Library/Safari/History.db\", \"SELECT count(*) FROM history_visits a JOIN \"\n"
       "    \"history_visits b ON a.redirect_destination = b.id AND b.redirect_source = a.id \"\n"
       "    \"WHERE b.visit_time - a.visit_time BETWEEN 0 AND 1\"))",
       folder.path()});
  CHECK(answer.text == "302 200 100 500 4\n");
}

}  // namespace
}  // namespace interdict::test
