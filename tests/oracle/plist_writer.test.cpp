// Our property lists, read back by python's plistlib.

#include "support/plist_writer.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "oracle/python.hpp"
#include "support/temporary_folder.hpp"

namespace interdict::test {
namespace {

std::string seen_by_plistlib(const std::string& bytes) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "list.plist";
  std::ofstream(path, std::ios::binary) << bytes;
  return python({"-c",
                 "import plistlib, sys; print(ascii(plistlib.load(open(sys.argv[1], \"rb\"))))",
                 path})
      .text;
}

Plist of_every_kind() {
  return Plist::dict(
      {{"text", Plist::text("plain & <simple>")},
       {"texts", Plist::array({Plist::text("Grüße"), Plist::text("👍"), Plist::text("")})},
       {"integers",
        Plist::array({Plist::integer(0), Plist::integer(255), Plist::integer(256),
                      Plist::integer(70'000), Plist::integer(1ll << 40), Plist::integer(-1)})},
       {"real", Plist::real(1.5)},
       {"yes", Plist::boolean(true)},
       {"no", Plist::boolean(false)},
       {"date", Plist::date(1'664'871'673)},
       {"data", Plist::data(std::string("\0\1\2\377", 4))},
       {"nested", Plist::dict({{"empty", Plist::dict({})}, {"none", Plist::array({})}})}});
}

constexpr const char* kEveryKind =
    "{'text': 'plain & <simple>', 'texts': ['Gr\\xfc\\xdfe', '\\U0001f44d', ''], "
    "'integers': [0, 255, 256, 70000, 1099511627776, -1], 'real': 1.5, 'yes': True, 'no': False, "
    "'date': datetime.datetime(2022, 10, 4, 8, 21, 13), 'data': b'\\x00\\x01\\x02\\xff', "
    "'nested': {'empty': {}, 'none': []}}\n";

TEST_CASE("python reads every kind of value from our binary property list") {
  CHECK(seen_by_plistlib(binary_plist(of_every_kind())) == kEveryKind);
}

TEST_CASE("python reads every kind of value from our XML property list") {
  CHECK(seen_by_plistlib(xml_plist(of_every_kind())) == kEveryKind);
}

TEST_CASE("an XML property list of a fixture becomes the same binary one") {
  CHECK(binary_plist(plist_from_xml(xml_plist(of_every_kind()))) == binary_plist(of_every_kind()));
}

TEST_CASE("a property list of more than 256 objects and long texts is read by python") {
  std::vector<Plist> elements;
  std::string expected = "[";
  for (int i = 0; i < 1000; ++i) {
    const std::string text = std::string(40, 'x') + std::to_string(i);
    elements.push_back(Plist::text(text));
    expected += (i == 0 ? "'" : ", '") + text + "'";
  }
  CHECK(seen_by_plistlib(binary_plist(Plist::array(elements))) == expected + "]\n");
}

TEST_CASE("python reads the archive of a manifest row") {
  const std::string text = seen_by_plistlib(mbfile({.relative_path = "Media/ä.heic",
                                                    .size = 5'000'000'000,
                                                    .birth = 1,
                                                    .modified = 2,
                                                    .changed = 3,
                                                    .encryption_key = "key"}));
  for (const char* part :
       {"'$archiver': 'NSKeyedArchiver'", "'$top': {'root': UID(1)}", "'RelativePath': UID(2)",
        "'Media/\\xe4.heic'", "'Size': 5000000000", "'Birth': 1", "'LastModified': 2",
        "'LastStatusChange': 3", "'EncryptionKey': UID(3)", "'NS.data': b'key', '$class': UID(4)",
        "{'$classname': 'NSMutableData'", "'$class': UID(5)", "{'$classname': 'MBFile'"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

}  // namespace
}  // namespace interdict::test
