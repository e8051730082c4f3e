// Hostile cells of every kind of column, matched against a small set of every type of indicator.
// The first byte chooses the kind.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "formats/url.hpp"
#include "indicators/indicators.hpp"

using namespace interdict;

namespace {

constexpr std::string_view kList =
    "evil.example\nxn--mnchen-3ya.example\n1.2.3.4\n10.0.0.0/8\n2001:db8::/32\n"
    "http://evil.example/x?a=b\nurl,bad.example/path\nbad@evil.example\nprocess,BackupAgent\n"
    "process,com.apple.WebKit.Networking\nfile_name,hooker\n/private/var/tmp/evil\n"
    "file_path,Library/bad.plist\napp_id,com.evil.app\nprofile_id,ABCD\nproperty,x.y\n";
constexpr std::string_view kBundle =
    R"({"objects":[{"type":"indicator","id":"i","pattern":"[domain-name:value LIKE '%a_b.example'
 OR (url:value MATCHES 'x+y' AND domain-name:value != 'good.example')
 OR (file:name = 'hooker' AND file:path LIKE '/var/%')]"}]})";

indicators::Set load() {
  const auto folder = std::filesystem::temp_directory_path() / "interdict-fuzz-host";
  std::filesystem::create_directories(folder);
  std::string bundle(kBundle);
  for (char& c : bundle) c = c == '\n' ? ' ' : c;
  std::ofstream(folder / "list.txt") << kList;
  std::ofstream(folder / "set.stix2") << bundle;
  auto set = indicators::Set::load(std::span(&folder, 1));
  if (!set) std::abort();
  return std::move(*set);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const indicators::Set set = load();
  if (size == 0) return 0;
  const auto text = text_of(std::as_bytes(std::span(data + 1, size - 1)));
  const artefacts::Column column{"cell", static_cast<artefacts::ColumnKind>(data[0] % 16), "",
                                 FindingKind::note, false};
  artefacts::Table table{};
  table.columns = std::span(&column, 1);
  indicators::Matcher matcher(set, table);
  const auto value = artefacts::Value::text(text);
  matcher.match(std::span(&value, 1), [&](const indicators::Hit& hit) {
    if (hit.column != 0 || hit.indicator >= set.size()) std::abort();
    if (set.describe(hit.indicator).value.empty()) std::abort();
  });
  if (const auto host = url::host_of(text)) {
    // A host is what it is: reading it again gives the same.
    url::Host again;
    if (host->find('%') == std::string::npos && !url::parse_host(*host, again)) std::abort();
  }
  return 0;
}
