// Encrypted backups written by an independent generator (../tools beside the real data), opened by
// evidence: every file must have the bytes of the unencrypted twin.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "evidence/tree.hpp"
#include "oracle/python.hpp"
#include "support/phone.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_folder.hpp"

namespace interdict::test {
namespace {

constexpr const char* kGenerator = "../tools/make_encbackup.py";
constexpr const char* kPassword = "interdict-test";

bool cannot_ask() { return missing_data(kGenerator) || missing_cryptography(); }

/// A backup by the independent generator, with few rounds unless the options say otherwise.
std::filesystem::path made(const std::filesystem::path& out,
                           const std::vector<std::string>& options) {
  std::vector<std::string> words{(shared_data() / kGenerator).string(),
                                 out.string(),
                                 "--dpic",
                                 "1000",
                                 "--iter",
                                 "100",
                                 "--password",
                                 kPassword};
  words.insert(words.end(), options.begin(), options.end());
  REQUIRE(python(words).status == 0);
  return out;
}

Result<std::unique_ptr<evidence::Tree>> opened(const std::filesystem::path& backup,
                                               const std::string& password = kPassword) {
  return evidence::open(backup, [&password]() -> Result<crypto::Secret> {
    return crypto::Secret(std::string_view(password));
  });
}

/// "domain/relative path" → content.
using Contents = std::map<std::string, std::string>;

/// What `tree` says about the files that `names` names.
Contents read_all_of(evidence::Tree& tree, const Contents& names) {
  Contents read;
  for (const auto& [name, content] : names) {
    const std::size_t slash = name.find('/');
    const auto files =
        tree.find({evidence::Container::ios_backup, std::string_view(name).substr(0, slash),
                   std::string_view(name).substr(slash + 1)});
    if (!files || files->size() != 1) continue;
    const auto source = tree.open(files->front());
    if (source) {
      const auto bytes = read_all(**source, 1u << 26);
      read[name] = bytes ? std::string(text_of(*bytes)) : bytes.error().what();
    } else {
      read[name] = source.error().what();
    }
  }
  return read;
}

/// Files around the sizes where a block or a buffer ends, none of them empty.
Contents files_of_many_sizes() {
  Contents files{{"HomeDomain/Library/SMS/sms.db", std::string(8192, 's')}};
  for (const std::size_t size : {1, 15, 16, 17, 4095, 4096, 70'000, (1 << 20) + 3}) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 131 + size);
    files["CameraRollDomain/Media/DCIM/" + std::to_string(size) + ".HEIC"] = std::move(content);
  }
  return files;
}

/// The files laid out as the generator's --tree wants them.
std::string laid_out(const Contents& files, const std::filesystem::path& folder) {
  for (const auto& [name, content] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << content;
  }
  return folder.string();
}

TEST_CASE("we read an encrypted backup of the independent generator as its unencrypted twin") {
  if (cannot_ask()) return;
  const TemporaryFolder folder;
  const Contents files = files_of_many_sizes();
  const std::string source = laid_out(files, folder.path() / "tree");
  for (const char* padding : {"none", "pkcs7"}) {
    CAPTURE(padding);
    const auto cipher =
        opened(made(folder.path() / padding, {"--tree", source, "--manifest-padding", padding}));
    REQUIRE(cipher);
    CHECK((*cipher)->facts().encrypted);
    CHECK((read_all_of(**cipher, files) == files));
  }
  const auto plain = opened(made(folder.path() / "plain", {"--tree", source, "--unencrypted"}));
  REQUIRE(plain);
  CHECK(!(*plain)->facts().encrypted);
  CHECK((read_all_of(**plain, files) == files));
}

TEST_CASE("we read a file whole whose size the independent generator lied about") {
  if (cannot_ask()) return;
  const TemporaryFolder folder;
  const Contents files = files_of_many_sizes();
  const auto cipher =
      opened(made(folder.path() / "cipher", {"--tree", laid_out(files, folder.path() / "tree"),
                                             "--lie", "Library/SMS/sms.db", "-4096"}));
  REQUIRE(cipher);
  CHECK((read_all_of(**cipher, files) == files));
}

TEST_CASE(
    "the password of the independent generator is needed, and any other is refused as locked") {
  if (cannot_ask()) return;
  const TemporaryFolder folder;
  const auto backup = made(folder.path() / "cipher",
                           {"--tree", laid_out(files_of_many_sizes(), folder.path() / "tree")});
  const auto wrong = opened(backup, "interdict-tesu");
  REQUIRE(!wrong);
  CHECK(wrong.error().code() == Errc::locked);
}

TEST_CASE("our sample phone, encrypted by the independent generator, is the same phone to us") {
  if (cannot_ask()) return;
  const TemporaryFolder folder;
  BackupSpec spec;
  spec.device = sample_iphone_device(true);
  spec.files = sample_iphone(true);
  write_backup(spec, folder.path() / "ours");
  Contents files;
  for (const BackupFile& file : spec.files) {
    if (!file.directory && file.link_target.empty() && !file.content.empty()) {
      files[file.domain + "/" + file.path] = file.content;
    }
  }
  const auto theirs =
      opened(made(folder.path() / "theirs", {"--src", (folder.path() / "ours").string()}));
  REQUIRE(theirs);
  CHECK(files.size() > 20);
  CHECK((read_all_of(**theirs, files) == files));
}

}  // namespace
}  // namespace interdict::test
