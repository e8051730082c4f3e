// Whole sessions of the clients people use, as our own generators write them.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "devices/claim.hpp"
#include "devices/headers.hpp"
#include "devices/letter.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

constexpr std::string_view kUuid = "7D3C4967-B4FA-4309-84F1-0C20A02DF93B";

struct Message {
  std::string mailer = "X-Mailer: iPhone Mail (20F66)\n";
  std::string mime = "Mime-Version: 1.0 (1.0)\n";
  std::string id = "Message-Id: <7D3C4967-B4FA-4309-84F1-0C20A02DF93B@ministry.example>\n";
  std::string type =
      "Content-Type: multipart/alternative;\n\tboundary=Apple-Mail-"
      "11112222-3333-4444-8555-666677778888\n";
  std::string more;

  [[nodiscard]] std::string text() const {
    return type + "Content-Transfer-Encoding: 7bit\nFrom: Alice <alice@ministry.example>\n" + mime +
           "Subject: Budget\nDate: Mon, 17 Jul 2023 09:00:00 +0200\n" + id +
           "To: bob@ministry.example\n" + mailer + more + "\nHello\n";
  }
};

Claim claim_of(const std::string& text, std::string_view ehlo = {}, bool first_hop = true) {
  std::vector<Field> fields;
  REQUIRE(read_headers(text, fields));
  Observed seen;
  seen.headers = fields;
  seen.ehlo = ehlo;
  seen.first_hop = first_hop;
  return identify(seen);
}
Claim of_agent(std::string_view agent) {
  Observed seen;
  seen.user_agent = agent;
  return identify(seen);
}
Claim of_imap(std::string_view id) {
  Observed seen;
  seen.imap_id = id;
  return identify(seen);
}

bool has(const Claim& c, std::string_view id) {
  return std::ranges::any_of(c.contradictions, [&](const auto& x) { return x.id == id; });
}
bool only_benign(const Claim& c) {
  return std::ranges::all_of(c.contradictions, [](const auto& x) { return x.benign; });
}

DeviceClass apple_mobile() {
  DeviceClass c;
  c.vendor = Vendor::apple;
  c.family = Family::mobile;
  return c;
}
Membership member(const Claim& c) { return belonging(apple_mobile(), c).membership; }
float odds(const Claim& c) { return belonging(apple_mobile(), c).odds; }

}  // namespace

TEST_CASE("an iPhone's own mail on the first hop is strong, with its EHLO nearly certain") {
  const auto alone = claim_of(Message{}.text());
  CHECK(alone.position.line == Line::iphone);
  CHECK(alone.position.os_version == Version{16, 5, 0});
  CHECK(member(alone) == Membership::yes);
  CHECK(odds(alone) == doctest::Approx(2.5));
  CHECK(grade_of(odds(alone)) == Grade::strong);
  CHECK(alone.contradictions.empty());
  CHECK_FALSE(alone.session_level);

  const auto with_ehlo = claim_of(Message{}.text(), "smtpclient.apple");
  CHECK(with_ehlo.session_level);
  // The EHLO adds to Apple and leaves phone or computer to the message.
  CHECK(with_ehlo.against_interest[0] == doctest::Approx(3.2));
  CHECK(odds(with_ehlo) == doctest::Approx(2.5));
  CHECK(claim_of(Message{}.text(), "[192.168.1.115]").contradictions.empty());
}

TEST_CASE("an iPad's mail with a build newer than the table is plausible, never forged") {
  Message m;
  m.mailer = "X-Mailer: iPad Mail (29Z9999z)\n";
  const auto c = claim_of(m.text(), "smtpclient.apple");
  CHECK(c.position.line == Line::ipad);
  CHECK_FALSE(c.forged);
  CHECK(member(c) == Membership::yes);
}

TEST_CASE("an iPhone's mail without X-Mailer is still known by its shape") {
  Message m;
  m.mailer.clear();
  const auto c = claim_of(m.text());
  CHECK(c.position.vendor == Vendor::apple);
  CHECK(c.position.family == Family::mobile);
  CHECK(c.position.line == Line::unknown);
  CHECK(member(c) == Membership::yes);
  CHECK(odds(c) >= 1.5F);
  CHECK(has(c, "content/scrubbed"));
  CHECK(only_benign(c));
}

TEST_CASE("K-9's look-alike is not taken for an iPhone") {
  Message m;
  m.mailer.clear();
  m.mime = "MIME-Version: 1.0\n";
  m.id = "Message-ID: <7D3C4967-B4FA-4309-84F1-0C20A02DF93B@ministry.example>\n";
  m.type = "Content-Type: multipart/alternative;\n boundary=----ABCDEFGH\n";
  CHECK(claim_of(m.text()).nothing_seen());
  m.mailer = "User-Agent: K-9 Mail for Android\n";
  const auto c = claim_of(m.text());
  CHECK(c.position.os == Os::android);
  CHECK(member(c) == Membership::no);
  CHECK(odds(c) <= 1.0F);  // it serves the speaker
  CHECK_FALSE(c.forged);
}

TEST_CASE("Mail on a Mac is a Mac's") {
  Message m;
  m.mailer = "X-Mailer: Apple Mail (2.3864.100.1.1.5)\n";
  m.mime = "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3864.100.1.1.5\\))\n";
  m.type =
      "Content-Type: multipart/alternative;\n\tboundary=\"Apple-Mail=_7D3C4967-B4FA-4309-84F1-"
      "0C20A02DF93B\"\n";
  const auto c = claim_of(m.text(), "smtpclient.apple");
  CHECK(c.position.line == Line::mac);
  CHECK(member(c) == Membership::no);
  CHECK(c.contradictions.empty());
}

TEST_CASE("smtpclient.apple alone is Apple, and leaves phone or computer open") {
  Observed seen;
  seen.ehlo = "smtpclient.apple";
  const auto c = identify(seen);
  CHECK(c.position.vendor == Vendor::apple);
  CHECK(member(c) == Membership::unknown);
  seen.ehlo = "smtpclient.apple.example.org";
  CHECK(identify(seen).nothing_seen());
}

TEST_CASE("each forgery check names what it found, on the first hop") {
  const auto forged = [](std::string_view id, const Message& m, std::string_view ehlo = {}) {
    CAPTURE(id);
    const auto c = claim_of(m.text(), ehlo);
    CHECK(c.forged);
    CHECK(has(c, id));
    CHECK(c.position.line == Line::iphone);  // a forged claim about oneself is still a claim
    CHECK(odds(c) < 2.5F);
    CHECK(odds(c) >= 0.3F);
  };
  Message m;
  m.mailer = "X-Mailer: iPhone Mail (HTML)\n";
  forged("content/x-mailer-shape", m);
  m.mailer = "X-Mailer: iPhone Mail (20F66) (x)\n";
  forged("content/x-mailer-shape", m);
  m = {};
  m.mime = "MIME-Version: 1.0 (1.0)\n";
  forged("content/mime-version-spelling", m);
  m = {};
  m.mime = "Mime-Version: 1.0\n";
  forged("content/mime-version-value", m);
  m = {};
  m.id = "Message-ID: <7D3C4967-B4FA-4309-84F1-0C20A02DF93B@ministry.example>\n";
  forged("content/message-id-spelling", m);
  m = {};
  m.id = "Message-Id: <7D3C4967-B4FA-5972-84F1-0C20A02DF93B@ministry.example>\n";
  forged("content/message-id-shape", m);
  m = {};
  m.id = "Message-Id: <7D3C4967-B4FA-4309-84F1-0C20A02DF93B@other.example>\n";
  forged("content/message-id-host", m);
  m = {};
  m.type = "Content-Type: multipart/mixed; boundary=\"===============123==\"\n";
  forged("content/boundary-shape", m);
  m = {};
  m.type = "Content-Type: text/plain; charset=\"utf-8\"\n";
  forged("content/charset-shape", m);
  m = {};
  m.mailer = "X-Mailer: iPhone Mail (7E18)\n";
  forged("content/build-age", m);
  forged("across/no-apple-ehlo", Message{}, "DESKTOP-1234");
}

TEST_CASE("a forgery with everything wrong weighs almost nothing and is still reported") {
  Message m;
  m.mailer = "X-Mailer: iPhone Mail (13E238)\n";
  m.mime = "MIME-Version: 1.0\n";
  m.id = "Message-ID: <5972@spam.example>\n";
  m.type = "Content-Type: multipart/mixed; boundary=\"mk3-123\"\n";
  const auto c = claim_of(m.text(), "ylmf-pc");
  CHECK(c.forged);
  CHECK(std::ranges::count_if(c.contradictions, &Contradiction::forged) >= 6);
  CHECK(odds(c) == doctest::Approx(0.3));
}

TEST_CASE("behind relays, lists and Exchange the shape is not observable and nothing is forged") {
  Message m;
  m.mime = "MIME-Version: 1.0\n";
  auto c = claim_of(m.text(), {}, false);
  CHECK_FALSE(c.forged);
  CHECK(has(c, "content/not-observable"));
  CHECK(only_benign(c));
  m.more = "List-Id: <list.example>\n";
  CHECK_FALSE(claim_of(m.text()).forged);
  CHECK(has(claim_of(m.text()), "content/mailing-list"));
  m.more = "X-MS-Exchange-Organization-AuthAs: Internal\n";
  CHECK_FALSE(claim_of(m.text()).forged);
  m.more = "Resent-From: carol@ministry.example\n";
  CHECK(has(claim_of(m.text()), "content/redirected"));
}

TEST_CASE("a draft moved between one's devices and a delegate's mail are benign") {
  Message m;
  m.more =
      "X-Apple-Notify-Thread: NO\nX-Universally-Unique-Identifier: " + std::string(kUuid) + "\n";
  auto c = claim_of(m.text());
  CHECK(has(c, "content/draft-moved"));
  CHECK_FALSE(c.forged);
  CHECK(only_benign(c));
  m.more = "Sender: Secretary <secretary@ministry.example>\n";
  c = claim_of(m.text());
  CHECK(has(c, "content/delegated-sending"));
  CHECK_FALSE(c.forged);
}

TEST_CASE("a webmail hop takes the EHLO's word away, a provider's cloud is named") {
  Message m;
  m.more = "X-Originating-IP: 192.0.2.1\n";
  auto c = claim_of(m.text(), "smtpclient.apple");
  CHECK(has(c, "across/webmail-hop"));
  CHECK_FALSE(c.session_level);
  m = {};
  m.mailer = "X-Mailer: Outlook for iOS and Android\n";
  m.mime = "MIME-Version: 1.0\n";
  m.id = "Message-ID: <8A6F2D1C0B9E7A53.0d2a@mail.outlook.com>\n";
  c = claim_of(m.text(), "EUR05-DB8-obe.outbound.protection.outlook.com");
  CHECK(has(c, "across/outlook-cloud"));
  CHECK(c.position.family == Family::mobile);
  CHECK(member(c) == Membership::unknown);
  CHECK(only_benign(c));
}

TEST_CASE("an EHLO of Apple under desktop Outlook's mail is a conflict") {
  Message m;
  m.mailer = "X-Mailer: Microsoft Outlook 16.0\n";
  m.mime = "MIME-Version: 1.0\n";
  m.id = "Message-ID: <000001d9$12345678$9abcdef0$@ministry.example>\n";
  const auto c = claim_of(m.text(), "smtpclient.apple");
  CHECK(has(c, "across/content-and-ehlo"));
  DeviceClass apple;
  apple.vendor = Vendor::apple;
  CHECK(belonging(apple, c).membership == Membership::conflict);
}

TEST_CASE("an allowed mailer's name over an iPhone's shape is a conflict") {
  Message m;
  m.mailer = "User-Agent: K-9 Mail for Android\n";
  const auto c = claim_of(m.text());
  CHECK(has(c, "content/disagrees"));
  CHECK(member(c) == Membership::conflict);
}

TEST_CASE("an iPhone's IMAP ID is strong when its build is a release, in any order of keys") {
  auto c = of_imap(
      R"id(("os-version" "18.2.1 (22C161)" "name" "iPhone Mail" "os" "iOS" "version" "22C161"))id");
  CHECK(c.position.line == Line::iphone);
  CHECK(c.position.os_version == Version{18, 2, 1});
  CHECK(odds(c) == doctest::Approx(2.5));
  CHECK(c.session_level);
  CHECK(c.contradictions.empty());
  c = of_imap("name=iPhone Mail, version=20F66, os=iOS, os-version=16.5 (20F66)");
  CHECK(odds(c) == doctest::Approx(2.5));
  // An iPad may say iOS or iPadOS.
  for (const char* os : {"iOS", "iPadOS"}) {
    c = of_imap(std::string(R"id(("name" "iPad Mail" "version" "22D82" "os" ")id") + os +
                R"id(" "os-version" "18.3.2 (22D82)"))id");
    CAPTURE(os);
    CHECK(c.position.line == Line::ipad);
    CHECK(c.position.os == Os::ipados);
    CHECK(c.contradictions.empty());
  }
  c = of_imap(R"id(("name" "Mac OS X Mail" "version" "16.0 (3696.80.82.1.1)" "os" "Mac OS X" )id"
              R"id("os-version" "12.3 (21E230)" "vendor" "Apple Inc."))id");
  CHECK(c.position.line == Line::mac);
  CHECK(c.position.os_version == Version{12, 3, 0});
  CHECK(member(c) == Membership::no);
  CHECK(member(of_imap(R"id(("name" "Thunderbird" "version" "115.3.1"))id")) == Membership::no);
  CHECK(of_imap(R"id(("name" "Microsoft Outlook" "version" "1"))id").nothing_seen());
  CHECK(of_imap("NIL").nothing_seen());
}

TEST_CASE("an IMAP ID that contradicts itself says so") {
  auto c =
      of_imap(R"id(("name" "iPhone Mail" "version" "20F66" "os-version" "18.2.1 (22C161)"))id");
  CHECK(has(c, "imap-id/version-and-build"));
  CHECK(c.forged);
  c = of_imap(R"id(("name" "iPhone Mail" "version" "22C161" "os-version" "16.5 (22C161)"))id");
  CHECK(has(c, "imap-id/build-and-release"));
  c = of_imap(R"id(("name" "iPhone Mail" "os" "Android"))id");
  CHECK(has(c, "imap-id/disagrees"));
  CHECK(member(c) == Membership::conflict);
  c = of_imap("(\"name\" \"iPhone");
  CHECK(has(c, "imap-id/unreadable"));
  CHECK(c.nothing_seen());
}

TEST_CASE("ActiveSync is strongest when type, agent, model and system agree, in either form") {
  Observed seen;
  seen.activesync_query = "User=alice&DeviceId=Appl0000000000000&DeviceType=iPhone&Cmd=Sync";
  auto c = identify(seen);
  CHECK(c.position.line == Line::iphone);
  seen.user_agent = "Apple-iPhone15C2/2006.66";
  seen.activesync_model = "iPhone15C2";
  seen.activesync_os = "iOS 16.5 20F66";
  c = identify(seen);
  CHECK(odds(c) == doctest::Approx(3.0));
  CHECK(c.position.model == "iPhone15,2");
  CHECK(c.position.build == *parse_build("20F66"));
  CHECK(c.contradictions.empty());

  std::string blob{'\xA1', '\0', '\x09', '\x04'};
  blob.append(
          "\x05"
          "Appl0")
      .append(1, '\0')
      .append(
          "\x06"
          "iPhone");
  const auto coded = base64(bytes_of(blob));
  seen = {};
  seen.activesync_query = coded;
  CHECK(member(identify(seen)) == Membership::yes);
  seen.activesync_query = std::string_view(coded).substr(0, 8);
  CHECK(has(identify(seen), "activesync/unreadable"));
}

TEST_CASE("ActiveSync of others, and of Outlook Mobile, which hides the phone") {
  Observed seen;
  seen.activesync_query = "DeviceId=SEC000&DeviceType=SamsungDevice&Cmd=Sync";
  seen.user_agent = "Android-SAMSUNG-SM-A515F/101.10";
  auto c = identify(seen);
  CHECK(c.position.vendor == Vendor::samsung);
  CHECK(member(c) == Membership::no);
  CHECK(odds(c) <= 1.0F);
  seen.activesync_query = "DeviceId=00&DeviceType=Outlook&Cmd=Sync";
  seen.user_agent = "Outlook-iOS-Android/1.0";
  CHECK(member(identify(seen)) == Membership::unknown);
  seen.user_agent = "Outlook-iOS/2.0";
  CHECK(member(identify(seen)) == Membership::yes);
  seen.user_agent = "Outlook-Android/2.0";
  CHECK(member(identify(seen)) == Membership::no);
  seen.activesync_query = "DeviceId=00&DeviceType=WindowsOutlook15&Cmd=Sync";
  seen.user_agent = "Outlook/16.0 (16.0.5134.1000; MSI; x86)";
  CHECK(identify(seen).position.line == Line::windows_pc);
}

TEST_CASE("a Samsung by type that is an iPhone by agent is a conflict") {
  Observed seen;
  seen.activesync_query = "DeviceId=SEC000&DeviceType=SAMSUNGSMA515F&Cmd=Sync";
  seen.user_agent = "Apple-iPhone15C2/2006.66";
  auto c = identify(seen);
  CHECK(has(c, "activesync/disagrees"));
  CHECK(member(c) == Membership::conflict);
  seen.activesync_query = "DeviceType=SamsungDevice&DeviceType=iPhone";
  c = identify(seen);
  CHECK(has(c, "activesync/named-twice"));
  CHECK(c.forged);
}

TEST_CASE("calendars and browsers: iPhones, Macs, and what may be either") {
  CHECK(member(of_agent("iOS/16.5.1 (20F75) dataaccessd/1.0")) == Membership::yes);
  CHECK(member(of_agent("macOS/13.4 (22F66) dataaccessd/1.0")) == Membership::no);
  CHECK(of_agent("macOS/13.4 (22F66) dataaccessd/1.0").position.line == Line::mac);
  const auto safari = of_agent(
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
      "Version/17.3 Safari/605.1.15");
  CHECK(member(safari) == Membership::unknown);
  CHECK(has(safari, "user-agent/ipad-as-mac"));
  const auto darwin = of_agent("Mail/3731.600.7 CFNetwork/1408.0.4 Darwin/22.5.0");
  CHECK(member(darwin) == Membership::unknown);
  CHECK(darwin.position.vendor == Vendor::apple);
  CHECK(has(darwin, "user-agent/darwin-is-both"));
}

TEST_CASE("decoys are not iPhones") {
  for (const char* agent :
       {"Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; "
        "IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537",
        "Mozilla/5.0 (Linux; U; Librem 5, like iPhone) AppleWebKit/605.1.15 Mobile Safari",
        "Mozilla/5.0 (New Nintendo 3DS like iPhone) AppleWebKit/536.30 (KHTML, like Gecko)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 8_3 like Mac OS X) (compatible; Examplebot/2.1)",
        "Mozilla/5.0 (Linux; U; Android 9; zh-cn; Redmi Note 8; iPhone: no) Mobile",
        "Mozilla/5.0 (iPhone: Redmi Note 8) Mobile",
        "Mozilla/5.0 (Linux; Android 6.0; iPhone7 Build/MRA58K) Mobile Safari/537.36", "iPhone",
        "iPhone: yes"}) {
    CAPTURE(agent);
    CHECK(member(of_agent(agent)) != Membership::yes);
    CHECK(of_agent(agent).position.line != Line::iphone);
  }
}

TEST_CASE("the organisation's record outweighs what the device says of itself") {
  Observed seen;
  seen.inventory = InventoryRecord{"p1", "Apple Inc.", "iPhone 14 Pro", "iOS", "16.5", ""};
  seen.user_agent = "Outlook-Android/2.0";
  const auto c = identify(seen);
  CHECK(c.managed);
  CHECK(c.position.model == "iPhone15,2");
  CHECK(has(c, "across/user-agent-and-inventory"));
  CHECK(member(c) == Membership::yes);  // two against four: no like weight
  Observed clean;
  clean.inventory = InventoryRecord{"p1", "Samsung", "SM-A515F", "Android 13", "", ""};
  CHECK(member(identify(clean)) == Membership::no);
  CHECK(odds(identify(clean)) == doctest::Approx(4));
  clean.certificate_subject = "CN=alice,OU=iPhone";
  CHECK(member(identify(clean)) == Membership::conflict);
}

TEST_CASE("an inventory's spellings all lead to the same device") {
  const auto position = [](InventoryRecord record) {
    Observed seen;
    seen.inventory = record;
    return identify(seen).position;
  };
  CHECK(position({"", "Apple", "iphone15,2", "", "", "20F66"}).os_version == Version{16, 5, 0});
  CHECK(position({"", "", "iPad (7th generation)", "iOS", "17.3", ""}).os == Os::ipados);
  CHECK(position({"", "Apple", "MacBookPro18,1", "macOS", "13.4", ""}).line == Line::mac);
  CHECK(position({"", "Apple", "Mac14,2", "", "", ""}).line == Line::mac);
  CHECK(position({"", "Microsoft", "Surface Pro 9", "Windows 11", "", ""}).line ==
        Line::windows_pc);
  CHECK(position({"", "Microsoft", "Surface Duo", "Android 12", "", ""}).os == Os::android);
  CHECK(position({"", "", "Lumia 520", "Windows Phone 8.1", "", ""}).line == Line::windows_phone);
  CHECK(position({"", "Samsung Electronics", "", "", "", ""}).vendor == Vendor::samsung);
  // An export that contradicts itself: the model stays, the cell that cannot be is left out.
  CHECK(position({"", "Samsung", "iPhone15,2", "Android", "", ""}).line == Line::iphone);
}

TEST_CASE("an examined phone is what its backup says, compromised or not") {
  Observed seen;
  seen.examined = ExaminedPhone{"iPhone9,3", "14.3", "18C66", true};
  const auto c = identify(seen);
  CHECK(c.compromised);
  CHECK(c.position.line == Line::iphone);
  CHECK(c.position.model == "iPhone9,3");
  CHECK(grade_of(odds(c)) == Grade::certain);
}

TEST_CASE("different builds from two mouths are a conflict of builds, not of devices") {
  Observed seen;
  seen.user_agent = "Apple-iPhone15C2/2006.66";
  seen.imap_id =
      R"id(("name" "iPhone Mail" "version" "22C161" "os" "iOS" "os-version" "18.2.1 (22C161)"))id";
  const auto c = identify(seen);
  CHECK(member(c) == Membership::yes);
  CHECK((c.conflicts >> static_cast<int>(Level::build) & 1) == 1);
  CHECK(has(c, "across/imap-id-and-activesync"));
}

TEST_CASE("nothing seen is nothing claimed") {
  CHECK(identify({}).nothing_seen());
  CHECK(identify({}).position == Position{});
  CHECK(member(identify({})) == Membership::unknown);
}

TEST_CASE("a UUID of version 4 in capitals is told from all others") {
  CHECK(uppercase_uuid4(kUuid));
  CHECK_FALSE(uppercase_uuid4("7D3C4967-B4FA-5309-84F1-0C20A02DF93B"));
  CHECK_FALSE(uppercase_uuid4("7D3C4967-B4FA-4309-C4F1-0C20A02DF93B"));
  CHECK_FALSE(uppercase_uuid4("7d3c4967-b4fa-4309-84f1-0c20a02df93b"));
  CHECK_FALSE(uppercase_uuid4("7D3C4967-B4FA-4309-84F1-0C20A02DF93"));
  CHECK_FALSE(uppercase_uuid4(""));
}

TEST_CASE("whatever was seen, the claim holds together") {
  CHECK(rc::check([] {
    const auto text = [] {
      return *rc::gen::oneOf(
          rc::gen::element<std::string>(
              "iPhone Mail (20F66)", "smtpclient.apple", "Apple-iPhone15C2/2006.66",
              "DeviceType=iPhone", "DeviceType=SamsungDevice&DeviceId=Appl1", "iPad13C1",
              R"id(("name" "iPad Mail" "os" "iPadOS"))id", "K-9 Mail for Android", "iOS 17.1 21B80",
              "Outlook-Android/2.0", "CN=x,OU=iPad", "1.0 (1.0)", "Microsoft Outlook 16.0"),
          rc::gen::arbitrary<std::string>());
    };
    const std::array texts{text(), text(), text(), text(), text(), text(), text(), text()};
    const std::array fields{Field{"X-Mailer", texts[0]}, Field{"Mime-Version", texts[1]}};
    Observed seen;
    seen.headers = fields;
    seen.first_hop = *rc::gen::arbitrary<bool>();
    seen.ehlo = texts[2];
    seen.imap_id = texts[3];
    seen.activesync_query = texts[4];
    seen.user_agent = texts[5];
    seen.activesync_model = texts[6];
    seen.certificate_subject = texts[7];
    const auto c = identify(seen);
    RC_ASSERT(compatible(c.position, c.position));
    RC_ASSERT(completed(c.position) == c.position);
    for (std::size_t l = 0; l < kLevels; ++l) {
      RC_ASSERT(c.against_interest[l] >= 0 && c.against_interest[l] <= 20);
      RC_ASSERT(c.in_interest[l] <= c.against_interest[l] + 1e-4F);
    }
    RC_ASSERT(c.nothing_seen() == (c.position == Position{}));
    const auto again = identify(seen);
    RC_ASSERT(again.position == c.position);
    RC_ASSERT(again.against_interest == c.against_interest);
    RC_ASSERT(std::ranges::is_sorted(c.evidence, std::greater<>{}, &Evidence::against_interest));
  }));
}
