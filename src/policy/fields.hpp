// One table of a ban file under a closed vocabulary: every key is asked for by name, and what was
// not asked for is a problem with the nearest known key beside it.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/ban.hpp"
#include "policy/toml_tree.hpp"

namespace interdict::policy {

/// A text of a list with its place.
struct Item {
  std::string_view text;
  Place place;
};

class Fields {
 public:
  /// `table` must outlive the fields; a value that is no table is a problem at once. `what` names
  /// it in messages: "rule", "exemption".
  Fields(const Node& table, std::string_view what, Problems& problems);
  /// Reports the keys nobody asked for.
  ~Fields();
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  enum Need : bool { optional, required };

  /// The value of a key if it is there and of that kind.
  const Node* find(std::string_view key, Node::Kind kind, Need need = optional);
  const Node* any_kind(std::string_view key, Need need = optional);
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] Place place_of(std::string_view key) const;
  [[nodiscard]] Place place() const { return table_.place; }
  [[nodiscard]] std::string_view what() const { return what_; }

  /// Text of one line, at most 1000 bytes, not blank.
  std::string_view text(std::string_view key, Need need = optional);
  /// A name: letters, digits and . _ - @ +, at most 128.
  std::string_view id(std::string_view key, Need need = optional);
  bool boolean(std::string_view key, bool otherwise);
  std::optional<double> number(std::string_view key);
  /// A text, or a list of texts, at most `most`.
  std::vector<Item> texts(std::string_view key, std::size_t most = 10'000);
  /// Tables of an array of tables ([[key]]).
  std::span<const Node> tables(std::string_view key, std::size_t most);
  std::optional<Action> action(std::string_view key, Need need = optional);
  ChannelMask channels(std::string_view key);
  /// A date (its local midnight), a local or an absolute date with time. Gaps and folds are noted.
  std::optional<UtcTime> instant(std::string_view key, const Zone& zone,
                                 std::vector<DateNote>& notes, Need need = optional);

  Problems& problems() { return problems_; }

 private:
  const Node* ask(std::string_view key, Need need);
  const Node& table_;
  std::string_view what_;
  Problems& problems_;
  bool usable_;
  std::vector<std::string_view> asked_;
};

/// Whether a text may be an id.
bool valid_id(std::string_view text);
std::optional<UtcTime> instant_of(const Node& value, const Zone& zone, std::vector<DateNote>& notes,
                                  Problems& problems);

}  // namespace interdict::policy
