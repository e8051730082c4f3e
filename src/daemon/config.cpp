#include "daemon/config.hpp"

#include <array>

#include <fmt/format.h>

#include "base/file.hpp"
#include "policy/fields.hpp"
#include "policy/toml_tree.hpp"

namespace interdict::daemon {
namespace {

using policy::Fields;
using policy::Node;

constexpr std::uint64_t kMaxConfig = 1 << 20;

class Reader {
 public:
  Reader(std::filesystem::path folder, policy::Problems& problems)
      : folder_(std::move(folder)), problems_(problems) {}

  Config read(const Node& root) {
    Fields all(root, "configuration", problems_);
    section(
        all, "policy", [&](Fields& f) { config_.ban = file(f, "file", Fields::required); },
        Fields::required);
    section(
        all, "ledger", [&](Fields& f) { config_.ledger = file(f, "file", Fields::required); },
        Fields::required);
    section(all, "inventory",
            [&](Fields& f) { config_.inventory = file(f, "file", Fields::required); });
    section(all, "gate", [&](Fields& f) { gate(f); });
    section(all, "milter", [&](Fields& f) { config_.milter = endpoint(f); });
    section(all, "postfix_policy", [&](Fields& f) { config_.postfix_policy = endpoint(f); });
    section(all, "http", [&](Fields& f) {
      config_.http = endpoint(f);
      config_.auth_request.user_field = f.text("user_field");
      config_.auth_request.basic_is_verified = f.boolean("basic_is_verified", false);
    });
    section(all, "control", [&](Fields& f) { config_.control = endpoint(f); });
    section(all, "dovecot",
            [&](Fields& f) { config_.dovecot_log = file(f, "log", Fields::required); });
    return std::move(config_);
  }

 private:
  template <class Read>
  void section(Fields& all, std::string_view name, Read read,
               Fields::Need need = Fields::optional) {
    const Node* table = all.find(name, Node::Kind::table, need);
    if (table == nullptr) return;
    Fields fields(*table, name, problems_);
    read(fields);
  }

  std::filesystem::path file(Fields& fields, std::string_view key, Fields::Need need) {
    const auto text = fields.text(key, need);
    return text.empty() ? std::filesystem::path() : folder_ / text;
  }

  std::optional<net::Endpoint> endpoint(Fields& fields) {
    const auto text = fields.text("listen", Fields::required);
    if (text.empty()) return std::nullopt;
    auto parsed = net::Endpoint::parse(text);
    if (!parsed) {
      problems_.add(fields.place_of("listen"), parsed.error().what());
      return std::nullopt;
    }
    return *std::move(parsed);
  }

  /// One of two words.
  bool choice(Fields& fields, std::string_view key, std::string_view no, std::string_view yes,
              bool otherwise) {
    const auto word = fields.text(key);
    if (word.empty()) return otherwise;
    if (word == yes || word == no) return word == yes;
    const std::array<std::string_view, 2> words{no, yes};
    problems_.add(fields.place_of(key), fmt::format("{} is \"{}\" or \"{}\"{}", key, no, yes,
                                                    policy::suggestion(word, words)));
    return otherwise;
  }

  void gate(Fields& fields) {
    config_.gate.mode =
        choice(fields, "mode", "observe", "act", false) ? gate::Mode::act : gate::Mode::observe;
    config_.gate.add_headers = fields.boolean("add_headers", config_.gate.add_headers);
    config_.fail_closed = choice(fields, "when_broken", "open", "closed", false);
    if (const auto days = fields.number("remember_days")) {
      constexpr double kMostDays = 3650;
      if (*days < 0 || *days > kMostDays) {
        problems_.add(fields.place_of("remember_days"), "remember_days is 0 to 3650");
      } else {
        config_.gate.remember_seconds = static_cast<std::int64_t>(*days * 86'400);
      }
    }
  }

  std::filesystem::path folder_;
  policy::Problems& problems_;
  Config config_;
};

}  // namespace

Result<Config> read_config(const std::filesystem::path& path, policy::Problems& problems) {
  const auto bytes = TRY(read_file(path, kMaxConfig));
  const auto root = policy::read_toml(text_of(bytes), problems);
  Config config;
  if (!problems.any()) config = Reader(path.parent_path(), problems).read(root);
  if (problems.any()) {
    return Error{Errc::malformed, fmt::format("{}: {} problems", path.string(), problems.count())};
  }
  return config;
}

}  // namespace interdict::daemon
