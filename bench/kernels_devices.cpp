// identify: how many observations a second, beside the naive classifiers one would write first.
//
// Answers are checked: a fast wrong one fails the run.

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <regex>
#include <string>
#include <vector>

#include "devices/claim.hpp"
#include "devices/headers.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

const std::string kIphone =
    "Content-Type: multipart/alternative;\r\n\tboundary=Apple-Mail-11112222-3333-4444-8555-"
    "666677778888\r\nContent-Transfer-Encoding: 7bit\r\nFrom: Alice <alice@ministry.example>\r\n"
    "Mime-Version: 1.0 (1.0)\r\nSubject: Re: Budget for the third quarter\r\n"
    "Date: Mon, 17 Jul 2023 09:00:00 +0200\r\n"
    "Message-Id: <7D3C4967-B4FA-4309-84F1-0C20A02DF93B@ministry.example>\r\n"
    "References: <11112222-3333-4444-8555-666677778888@other.example>\r\n"
    "Cc: Carol <carol@ministry.example>\r\n"
    "In-Reply-To: <11112222-3333-4444-8555-666677778888@other.example>\r\n"
    "To: Bob <bob@ministry.example>\r\nX-Mailer: iPhone Mail (20F66)\r\n\r\n";
const std::string kThunderbird =
    "Message-ID: <0d2a1f1e-43f1-4f3a-9f61-1c1f4e6f3f0a@ministry.example>\r\n"
    "Date: Mon, 17 Jul 2023 09:00:00 +0200\r\nMIME-Version: 1.0\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Thunderbird/102.15.1\r\n"
    "Content-Language: en-US\r\nTo: Bob <bob@ministry.example>\r\n"
    "From: Dora <dora@ministry.example>\r\nSubject: Budget\r\n"
    "Content-Type: text/plain; charset=UTF-8; format=flowed\r\n"
    "Content-Transfer-Encoding: 7bit\r\n\r\n";
const std::string kPlain =
    "From: Eve <eve@ministry.example>\r\nTo: Bob <bob@ministry.example>\r\nSubject: Budget\r\n"
    "Date: Mon, 17 Jul 2023 09:00:00 +0200\r\nMIME-Version: 1.0\r\n"
    "Message-ID: <20230717070000.12345@ministry.example>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n";
constexpr std::array kAgents{
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.3 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 10; SM-A515F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36",
    "iOS/16.5.1 (20F75) dataaccessd/1.0"};

DeviceClass apple_mobile() {
  DeviceClass c;
  c.vendor = Vendor::apple;
  c.family = Family::mobile;
  return c;
}

void per_second(benchmark::State& state, std::size_t each) {
  state.counters["observations/s"] =
      benchmark::Counter(static_cast<double>(each), benchmark::Counter::kIsIterationInvariantRate);
}

/// What sessions look like once their text is taken apart: mail, ActiveSync, IMAP, web.
struct Sessions {
  std::vector<std::vector<Field>> fields;
  std::vector<Observed> seen;
  std::size_t apple = 0;
  Sessions() {
    for (const auto* text : {&kIphone, &kThunderbird, &kPlain}) {
      fields.emplace_back();
      if (!read_headers(*text, fields.back())) std::abort();
    }
    const auto add = [&](auto set) {
      Observed o;
      set(o);
      seen.push_back(o);
    };
    add([&](Observed& o) { o.headers = fields[0], o.ehlo = "smtpclient.apple"; });
    add([&](Observed& o) { o.headers = fields[1], o.ehlo = "[192.0.2.7]"; });
    add([&](Observed& o) { o.headers = fields[2], o.ehlo = "desktop.example"; });
    add([](Observed& o) {
      o.activesync_query = "User=alice&DeviceId=Appl0001&DeviceType=iPhone&Cmd=Sync";
      o.user_agent = "Apple-iPhone15C2/2006.66";
    });
    add([](Observed& o) { o.imap_id = R"(("name" "Thunderbird" "version" "115.3.1"))"; });
    for (const auto* agent : kAgents) add([&](Observed& o) { o.user_agent = agent; });
    apple = 4;
  }
};

void identify_parsed(benchmark::State& state) {
  const Sessions sessions;
  const auto wanted = apple_mobile();
  std::size_t apple = 0, rounds = 0;
  for (auto _ : state) {
    for (const auto& seen : sessions.seen) {
      apple += belonging(wanted, identify(seen)).membership == Membership::yes ? 1 : 0;
    }
    ++rounds;
  }
  if (apple != rounds * sessions.apple) state.SkipWithError("wrong answers");
  per_second(state, sessions.seen.size());
}
BENCHMARK(identify_parsed);

void identify_one(benchmark::State& state) {
  const Sessions sessions;
  const auto& seen = sessions.seen[static_cast<std::size_t>(state.range(0))];
  for (auto _ : state) benchmark::DoNotOptimize(identify(seen));
  per_second(state, 1);
}
BENCHMARK(identify_one)->DenseRange(0, 8);

const std::array<const std::string*, 3> kMessages{&kIphone, &kThunderbird, &kPlain};

void identify_raw_headers(benchmark::State& state) {
  std::vector<Field> fields;
  const auto wanted = apple_mobile();
  std::size_t apple = 0, rounds = 0;
  for (auto _ : state) {
    for (const auto* text : kMessages) {
      if (!read_headers(*text, fields)) state.SkipWithError("unreadable");
      Observed seen;
      seen.headers = fields;
      apple += belonging(wanted, identify(seen)).membership == Membership::yes ? 1 : 0;
    }
    ++rounds;
  }
  if (apple != rounds) state.SkipWithError("wrong answers");
  per_second(state, kMessages.size());
}
BENCHMARK(identify_raw_headers);

/// The first thing one writes: one pattern over the header block. It knows no shape, no forgery, no
/// Mac, no version.
void naive_regex_raw_headers(benchmark::State& state) {
  const std::regex pattern("(^|\n)X-Mailer: *i(Phone|Pad|Pod) Mail \\([0-9]+[A-Z][0-9]+[a-z]?\\)",
                           std::regex::icase | std::regex::optimize);
  std::size_t apple = 0, rounds = 0;
  for (auto _ : state) {
    for (const auto* text : kMessages) apple += std::regex_search(*text, pattern) ? 1 : 0;
    ++rounds;
  }
  if (apple != rounds) state.SkipWithError("wrong answers");
  per_second(state, kMessages.size());
}
BENCHMARK(naive_regex_raw_headers);

/// And over user agents: twenty patterns, the first that is found.
void naive_regex_agents(benchmark::State& state) {
  std::vector<std::regex> patterns;
  for (const char* text : {"bot/",        "Windows Phone", "Xbox",    "Nintendo",   "PlayStation",
                           "like iPhone", "tvOS",          "BB10",    "Symbian",    "KAIOS",
                           "Silk/",       "^iOS/",         "^macOS/", "CriOS/",     "\\(iPhone[; ]",
                           "\\(iPad[; ]", "\\(Macintosh",  "Android", "Windows NT", "X11"}) {
    patterns.emplace_back(text, std::regex::optimize);
  }
  std::size_t found = 0, rounds = 0;
  for (auto _ : state) {
    for (const auto* agent : kAgents) {
      for (const auto& pattern : patterns) {
        if (!std::regex_search(agent, pattern)) continue;
        ++found;
        break;
      }
    }
    ++rounds;
  }
  if (found != rounds * kAgents.size()) state.SkipWithError("wrong answers");
  per_second(state, kAgents.size());
}
BENCHMARK(naive_regex_agents);

void identify_agents(benchmark::State& state) {
  for (auto _ : state) {
    for (const auto* agent : kAgents) {
      Observed seen;
      seen.user_agent = agent;
      benchmark::DoNotOptimize(identify(seen));
    }
  }
  per_second(state, kAgents.size());
}
BENCHMARK(identify_agents);

}  // namespace

BENCHMARK_MAIN();
