// Whole programs beside the raw limit of the same work, in the same run.
//
// bench_whole BUILD WORK: makes its phones below WORK with make_phone, runs BUILD/interdict on
// them, and prints one Markdown table. A wrong exit status or answer fails; a slow one does not.

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "crypto/pbkdf2.hpp"

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

struct Cost {
  double seconds = 0, cpu = 0, mib = 0;
  int status = 0;
};

[[noreturn]] void die(const std::string& why) {
  fmt::print(stderr, "bench_whole: {}\n", why);
  std::exit(1);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

Cost run_once(const std::vector<std::string>& command) {
  const auto start = Clock::now();
  const pid_t child = ::fork();
  if (child < 0) die("fork");
  if (child == 0) {
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, 1);
    ::dup2(null, 2);
    std::vector<char*> argv;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  return {seconds_since(start), seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) / 1024,
          WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

/// Median of `times` runs after one warm-up. The largest process of the run counts as its memory.
Cost run(const std::vector<std::string>& command, const std::vector<int>& expected, int times = 5) {
  std::vector<Cost> costs;
  for (int i = 0; i <= times; ++i) {
    const Cost cost = run_once(command);
    if (std::ranges::find(expected, cost.status) == expected.end()) {
      die(fmt::format("exit status {} from {}", cost.status, fmt::join(command, " ")));
    }
    if (i > 0 || times == 1) costs.push_back(cost);
  }
  std::ranges::sort(costs, {}, &Cost::seconds);
  return costs[costs.size() / 2];
}

/// Every cell of a query fetched with the bare C API, nothing else done: what the disk and SQLite
/// cost.
double raw_scan(const fs::path& database, const char* sql) {
  std::vector<double> times;
  for (int i = 0; i < 4; ++i) {
    const auto start = Clock::now();
    sqlite3* db = nullptr;
    sqlite3_stmt* statement = nullptr;
    const auto uri = "file:" + database.string() + "?immutable=1";
    if (sqlite3_open_v2(uri.c_str(), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) != SQLITE_OK) {
      die(fmt::format("{}: {}", database.string(), sqlite3_errmsg(db)));
    }
    std::size_t touched = 0;
    const int columns = sqlite3_column_count(statement);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      for (int c = 0; c < columns; ++c) {
        touched += sqlite3_column_blob(statement, c) != nullptr
                       ? static_cast<std::size_t>(sqlite3_column_bytes(statement, c))
                       : 0;
      }
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    if (touched == 0) die("empty scan of " + database.string());
    if (i > 0) times.push_back(seconds_since(start));
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// The blob of domain and path in a plain backup.
fs::path blob(const fs::path& backup, const std::string& relative_path) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  const auto uri = "file:" + (backup / "Manifest.db").string() + "?immutable=1";
  sqlite3_open_v2(uri.c_str(), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  sqlite3_prepare_v2(db, "SELECT fileID FROM Files WHERE relativePath = ?", -1, &statement,
                     nullptr);
  sqlite3_bind_text(statement, 1, relative_path.c_str(), -1, SQLITE_STATIC);
  if (sqlite3_step(statement) != SQLITE_ROW) die("no " + relative_path + " in " + backup.string());
  const auto* text = sqlite3_column_text(statement, 0);
  std::string id(reinterpret_cast<const char*>(text));  // C API
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return backup / id.substr(0, 2) / id;
}

struct Bench {
  fs::path build, work;
  std::string interdict, make_phone;

  void made(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command{make_phone};
    command.insert(command.end(), arguments.begin(), arguments.end());
    if (const auto cost = run_once(command); cost.status != 0)
      die(fmt::format("make_phone {}", fmt::join(arguments, " ")));
  }

  static void row(std::string_view what, const Cost& cost, std::string_view raw,
                  std::string_view target) {
    fmt::print("| {} | {:.3f} s | {:.3f} s | {:.0f} MiB | {} | {} |\n", what, cost.seconds,
               cost.cpu, cost.mib, raw, target);
    std::fflush(stdout);
  }

  void start_up() const {
    made({"sample", (work / "sample").string()});
    const auto phone = (work / "sample/iphone-clean").string();
    row("the sample phone, start-up to verdict", run({interdict, "examine", phone}, {0}, 21), "",
        "40 ms, 40 MB");
    const fs::path real = fs::path(INTERDICT_SHARED_DATA) / "ios/backup-14.3";
    const fs::path sets = fs::path(INTERDICT_SHARED_DATA) / "indicators";
    if (fs::exists(real) && fs::exists(sets)) {
      row("a real, trimmed backup (3,721 manifest rows), 8 indicator files",
          run({interdict, "examine", real.string(), "-i", sets.string()}, {3}, 21), "",
          "40 ms, 40 MB");
    }
  }

  void rows(const std::string& store, const std::string& option, const std::string& table,
            const char* sql, const std::string& path, const std::vector<std::size_t>& sizes,
            std::string_view target) const {
    for (const auto n : sizes) {
      const auto phone = work / fmt::format("{}-{}", store, n);
      made({"rows", phone.string(), option, std::to_string(n)});
      const auto database = path.empty() ? phone / "Manifest.db" : blob(phone, path);
      const auto raw = fmt::format("{:.3f} s", raw_scan(database, sql));
      const int times = n >= 1'000'000 ? 3 : 5;
      row(fmt::format("{} {} rows", n, table),
          run({interdict, "examine", phone.string()}, {0, 1, 3}, times), raw,
          n >= 1'000'000 ? target : "");
      const auto out = (work / "out").string();
      row(fmt::format("the same with all reports"),
          run({interdict, "examine", phone.string(), "--out", out}, {0, 1, 3}, times), raw,
          n >= 1'000'000 ? "3× the time without" : "");
      fs::remove_all(out);
      fs::remove_all(phone);
    }
  }

  void encrypted() const {
    const auto plain = work / "plain", cipher = work / "cipher";
    made({"rows", plain.string(), "--manifest", "10000", "--messages", "10000", "--visits",
          "10000"});
    made({"rows", cipher.string(), "--manifest", "10000", "--messages", "10000", "--visits",
          "10000", "--encrypted", "--iterations", "10000000"});
    ::setenv("INTERDICT_PASSWORD", "interdict-sample", 1);
    row("plain phone, 3 × 10,000 rows", run({interdict, "examine", plain.string()}, {0, 1, 3}), "",
        "");
    row("its encrypted twin, 10,000,000 KDF rounds",
        run({interdict, "examine", cipher.string()}, {0, 1, 3}, 3), kdf(), "KDF + 0.3 s");
    fs::remove_all(plain);
    fs::remove_all(cipher);
  }

  /// The KDF alone, both ways.
  static std::string kdf() {
    const auto time = [](auto&& f) {
      const auto start = Clock::now();
      f();
      return seconds_since(start);
    };
    const interdict::Bytes salt(20, std::byte{7});
    const auto password = interdict::bytes_of("interdict-sample");
    const double ours =
        time([&] { (void)interdict::crypto::pbkdf2_sha256(password, salt, 10'000'000); });
    const double openssl =
        time([&] { (void)interdict::crypto::pbkdf2_sha256_generic(password, salt, 10'000'000); });
    return fmt::format("KDF alone {:.2f} s, OpenSSL's {:.2f} s", ours, openssl);
  }

  void decrypt() const {
    const auto phone = work / "pad", out = work / "decrypted", copy = work / "copy";
    made({"pad", phone.string(), "--files", "20000", "--size", "32768", "--big", "536870912",
          "--encrypted"});
    const auto cold = [&] { fs::remove_all(out); };
    std::vector<Cost> costs;
    for (int i = 0; i < 3; ++i) {
      cold();
      costs.push_back(run_once({interdict, "decrypt", phone.string(), out.string()}));
      if (costs.back().status != 0) die("decrypt failed");
    }
    std::ranges::sort(costs, {}, &Cost::seconds);
    fs::remove_all(out);
    fs::remove_all(copy);
    const Cost disk = run_once({"/bin/cp", "-r", phone.string(), copy.string()});
    constexpr double kGigabytes = (20'000.0 * 32'768 + 536'870'912) / 1e9;
    row(fmt::format("decrypt {:.2f} GB in 20,001 files: {:.2f} GB/s", kGigabytes,
                    kGigabytes / costs[1].seconds),
        costs[1],
        fmt::format("cp -r: {:.2f} s, {:.2f} GB/s", disk.seconds, kGigabytes / disk.seconds),
        "1 GB/s or the disk's");
    fs::remove_all(phone);
    fs::remove_all(copy);
    fs::remove_all(out);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) die("usage: bench_whole BUILD WORK");
  Bench bench;
  bench.build = fs::absolute(argv[1]);
  bench.work = fs::absolute(argv[2]);
  bench.interdict = (bench.build / "interdict").string();
  bench.make_phone = (bench.build / "make_phone").string();
  fs::remove_all(bench.work);
  fs::create_directories(bench.work);
  ::setenv("INTERDICT_PASSWORD", "interdict-sample", 1);

  fmt::print(
      "\n| what | wall | CPU | memory | raw limit in the same run | target "
      "|\n|---|---|---|---|---|---|\n");
  bench.start_up();
  const std::vector<std::size_t> sizes{10'000, 100'000, 1'000'000};
  bench.rows("manifest", "--manifest", "Manifest", "SELECT * FROM Files", "", sizes,
             "2.5 s, 150 MiB");
  bench.rows("messages", "--messages", "sms", "SELECT * FROM message", "Library/SMS/sms.db", sizes,
             "3 s, 150 MiB");
  bench.rows("visits", "--visits", "history",
             "SELECT * FROM history_visits JOIN history_items ON history_items.id = history_item",
             "Library/Safari/History.db", sizes, "150 MiB");
  bench.encrypted();
  bench.decrypt();
  fs::remove_all(bench.work);
}
