#include "indicators/observe.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "indicators/key.hpp"

using namespace interdict;
using namespace interdict::indicators;
using artefacts::ColumnKind;

namespace {

class Listing final : public Sink {
 public:
  void see(Type type, std::string_view key, std::string_view written) override {
    std::string shown(key);
    if (type == Type::ip) {
      url::Address address;
      std::copy(key.begin(), key.end(), address.bytes.begin());
      shown = url::to_text(address);
    }
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name_of(type), shown);
    inside = inside && (written.empty() || !key.empty());
  }
  std::string text;
  bool inside = true;
};

std::string seen(ColumnKind kind, std::string_view cell, Types without = 0) {
  Observer observer;
  Listing listing;
  observer.look(kind, cell, ~without, listing);
  return listing.text;
}
std::string in_text(std::string_view cell) {
  return seen(ColumnKind::free_text, cell, bit(Type::url));
}

}  // namespace

TEST_CASE("a kind of column shows what its cells can mean, and nothing else") {
  CHECK(seen(ColumnKind::url, "HTTP://u@A.Example:80/x") ==
        "domain a.example, url http://a.example/x");
  CHECK(seen(ColumnKind::url, "a.example/x") == "domain a.example, url //a.example/x");
  CHECK(seen(ColumnKind::url, "about:blank").empty());
  CHECK(seen(ColumnKind::url, "mailto:x@a.example").empty());
  CHECK(seen(ColumnKind::url, "http://[::1]:8080/") == "ip ::1, url http://[::1]:8080/");
  CHECK(seen(ColumnKind::domain, "A.Example.") == "domain a.example, url //a.example/");
  CHECK(seen(ColumnKind::domain, "10.0.0.1", bit(Type::url)) == "ip 10.0.0.1");
  CHECK(seen(ColumnKind::ip, "2001:DB8::1") == "ip 2001:db8::1");
  CHECK(seen(ColumnKind::ip, "a.example").empty());
  CHECK(seen(ColumnKind::email, "mailto:A@b.example?subject=x") == "email a@b.example");
  CHECK(seen(ColumnKind::email, "A <a@b.example>") == "email a@b.example");
  CHECK(seen(ColumnKind::email, "+491234").empty());
  CHECK(seen(ColumnKind::process, "BackupAgent") == "process BackupAgent");
  CHECK(seen(ColumnKind::process, "mDNSResponder/com.example.app") ==
        "process mDNSResponder/com.example.app, process mDNSResponder");
  CHECK(seen(ColumnKind::image_path, "/var/x/bh") ==
        "file_path /private/var/x/bh, file_name bh, process bh");
  CHECK(seen(ColumnKind::file_path, "/var/x/bh/") == "file_path /private/var/x/bh, file_name bh");
  CHECK(seen(ColumnKind::file_name, "bh") == "file_name bh");
  CHECK(seen(ColumnKind::app_id, "Com.Example") == "app_id com.example");
  CHECK(seen(ColumnKind::sha256, std::string(64, 'A')) == "sha256 " + std::string(64, 'a'));
  CHECK(seen(ColumnKind::sha256, std::string(32, 'A')) == "md5 " + std::string(32, 'a'));
  CHECK(seen(ColumnKind::profile_id, "AB-cd") == "profile_id ab-cd");
  CHECK(seen(ColumnKind::property, "Persist.X") == "property persist.x");
  CHECK(seen(ColumnKind::plain, "a.example").empty());
  CHECK(seen(ColumnKind::time, "a.example").empty());
}

TEST_CASE("text is searched for URLs, hosts, addresses and e-mail addresses") {
  CHECK(in_text("see http://u:p@A.example:8080/b.example, now") == "domain a.example");
  CHECK(in_text("A.example, b.example.") == "domain a.example, domain b.example");
  CHECK(in_text("(www.a.example/x)") == "domain www.a.example");
  CHECK(in_text("http://9.9.9.9/1.2.3.4 and 1.2.3.4") == "ip 9.9.9.9, ip 1.2.3.4");
  CHECK(in_text("http://[::1]/ http://0x7f.1/") == "ip ::1, ip 127.0.0.1");
  CHECK(in_text("iOS 14.3 costs 1.50, e.g. 1.2.3.4.5").empty());
  CHECK(in_text("mail John.Doe@B.example now") == "email john.doe@b.example");
  CHECK(in_text("@a.example") == "domain a.example");
  CHECK(in_text("http://a.example/?u=https://b.example/&v=http://c.example") ==
        "domain a.example, domain b.example, domain c.example");
  CHECK(in_text("no host: x, 3.14, ..., a..b, :// http://").empty());
  CHECK(seen(ColumnKind::free_text, "(http://a.example/x).", ~bit(Type::url)) ==
        "url http://a.example/x)., url http://a.example/x");
}

TEST_CASE("hosts are found in text of any script") {
  // m\u00fcnchen.example; the ASCII tail alone is not a host
  CHECK(in_text("M\xC3\xBCnchen.example") == "domain xn--mnchen-3ya.example");
  // "\u67e5\u770bevil.example\u3002": CJK text and full stop without blanks
  const auto chinese = in_text(
      "\xE6\x9F\xA5\xE7\x9C\x8B"
      "evil.example\xE3\x80\x82");
  CHECK(chinese.starts_with("domain evil.example"));
  CHECK(in_text("a.example\xE7\x9C\x8B"
                "evil.example")
            .find("domain evil.example") != std::string::npos);
  CHECK(in_text("http://evil.example\xE3\x82\x92\xE8\xA6\x8B").find("domain evil.example") !=
        std::string::npos);
  // \u201cevil.example\u201d in quotation marks, \u00a0 around
  CHECK(in_text("\xE2\x80\x9C"
                "evil.example\xE2\x80\x9D") == "domain evil.example");
  CHECK(in_text("\xC2\xA0"
                "evil.example\xC2\xA0") == "domain evil.example");
  CHECK(in_text("\xE2\x80\x9CM\xC3\xBCnchen.example\xE2\x80\x9D") ==
        "domain xn--mnchen-3ya.example");
  // \u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444
  CHECK(in_text("\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80.\xD1\x80\xD1\x84!") ==
        "domain xn--e1afmkfd.xn--p1ai");
  CHECK(in_text("http://M\xC3\x9CNCHEN.example/").starts_with("domain xn--mnchen-3ya.example"));
  // fullwidth digits are an address for a browser
  CHECK(in_text("http://\xEF\xBC\x91.2.3.4/") == "ip 1.2.3.4");
}

TEST_CASE("no cell, however odd, shows an empty thing") {
  CHECK(rc::check([](const std::string& any, std::uint8_t kind) {
    Observer observer;
    Listing listing;
    observer.look(static_cast<ColumnKind>(kind % 16), any, ~Types{0}, listing);
    RC_ASSERT(listing.inside);
  }));
}

TEST_CASE("hostile text costs linear time") {
  for (const std::string_view part :
       {"http://", "a.", "a@b.c.", "\xC3\xBC.", "://", "@", "/a", "."}) {
    std::string text;
    while (text.size() < (std::size_t{1} << 20)) text += part;
    CAPTURE(part);
    seen(ColumnKind::free_text, text);
    seen(ColumnKind::url, text);
    seen(ColumnKind::domain, text);
    seen(ColumnKind::email, text);
    seen(ColumnKind::file_path, text);
  }
}
