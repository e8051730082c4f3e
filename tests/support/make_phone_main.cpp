// make_phone: writes the sample phones and the benchmark phones. Prints nothing but errors.

#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench_phone.hpp"
#include "phone.hpp"

namespace interdict::test {
namespace {

constexpr const char* kUsage =
    "usage: make_phone sample OUT [--real-kdf]\n"
    "       make_phone rows OUT [--manifest N] [--messages N] [--visits N] [--stored] "
    "[ENCRYPTION]\n"
    "       make_phone pad OUT [--files N] [--size BYTES] [--big BYTES] [ENCRYPTION]\n"
    "ENCRYPTION: --encrypted [--iterations N] [--password TEXT]\n"
    "sample writes iphone-clean, iphone-infected, ipad-clean, ipad-infected and a twin of each, "
    "NAME-encrypted, with the password interdict-sample.\n";

constexpr std::uint32_t kRealSha256Iterations = 10'000'000, kRealSha1Iterations = 10'000;

struct Arguments {
  std::string command;
  std::filesystem::path out;
  std::map<std::string, std::string> options;

  [[nodiscard]] bool has(const std::string& name) const { return options.contains(name); }
  [[nodiscard]] std::uint64_t number(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? 0 : std::stoull(found->second);
  }
};

bool is_number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Nothing when the words are not a command of ours.
std::optional<Arguments> parse(const std::vector<std::string>& words) {
  // What each command takes; the value says what follows the option.
  enum Value { kNone, kNumber, kText };
  const std::map<std::string, Value> encryption{
      {"--encrypted", kNone}, {"--iterations", kNumber}, {"--password", kText}};
  std::map<std::string, std::map<std::string, Value>> known{
      {"sample", {{"--real-kdf", kNone}}},
      {"rows",
       {{"--manifest", kNumber},
        {"--messages", kNumber},
        {"--visits", kNumber},
        {"--stored", kNone}}},
      {"pad", {{"--files", kNumber}, {"--size", kNumber}, {"--big", kNumber}}}};
  known["rows"].insert(encryption.begin(), encryption.end());
  known["pad"].insert(encryption.begin(), encryption.end());

  if (words.size() < 2 || !known.contains(words[0]) || words[1].starts_with('-')) return {};
  Arguments arguments{words[0], words[1], {}};
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto option = known[arguments.command].find(words[i]);
    if (option == known[arguments.command].end()) return {};
    std::string value;
    if (option->second != kNone) {
      if (++i == words.size()) return {};
      value = words[i];
      if (option->second == kNumber && !is_number(value)) return {};
    }
    arguments.options[option->first] = std::move(value);
  }
  return arguments;
}

std::optional<Encryption> encryption_of(const Arguments& arguments) {
  if (!arguments.has("--encrypted")) return {};
  Encryption encryption;
  if (arguments.has("--iterations")) {
    encryption.sha256_iterations = static_cast<std::uint32_t>(arguments.number("--iterations"));
  }
  if (arguments.has("--password")) encryption.password = arguments.options.at("--password");
  return encryption;
}

void write_samples(const Arguments& arguments) {
  Encryption encryption;
  if (arguments.has("--real-kdf")) {
    encryption.sha256_iterations = kRealSha256Iterations;
    encryption.sha1_iterations = kRealSha1Iterations;
  }
  for (const bool infected : {false, true}) {
    for (const bool is_ipad : {false, true}) {
      BackupSpec spec;
      spec.device = is_ipad ? sample_ipad_device(infected) : sample_iphone_device(infected);
      spec.files = is_ipad ? sample_ipad(infected) : sample_iphone(infected);
      const std::string name =
          std::string(is_ipad ? "ipad" : "iphone") + (infected ? "-infected" : "-clean");
      write_backup(spec, arguments.out / name);
      spec.encryption = encryption;
      write_backup(spec, arguments.out / (name + "-encrypted"));
    }
  }
}

void run(const Arguments& arguments) {
  BackupSpec spec;
  spec.encryption = encryption_of(arguments);
  if (arguments.command == "sample") {
    write_samples(arguments);
  } else if (arguments.command == "rows") {
    write_rows_phone(spec,
                     {.manifest = arguments.number("--manifest"),
                      .messages = arguments.number("--messages"),
                      .visits = arguments.number("--visits"),
                      .stored = arguments.has("--stored")},
                     arguments.out);
  } else {
    write_padded_phone(spec,
                       {.files = arguments.number("--files"),
                        .size = arguments.number("--size"),
                        .big = arguments.number("--big")},
                       arguments.out);
  }
}

}  // namespace
}  // namespace interdict::test

int main(int count, char** words) {
  try {
    const auto arguments = interdict::test::parse({words + 1, words + count});
    if (!arguments) {
      std::fputs(interdict::test::kUsage, stderr);
      return 2;
    }
    interdict::test::run(*arguments);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_phone: %s\n", error.what());
    return 1;
  }
}
