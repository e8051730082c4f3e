// What a command takes from the command line. CLI11 stays behind this face: it costs eight seconds
// of compile time a file.

#pragma once

#include <memory>
#include <string>
#include <vector>

namespace interdict::cli {

/// Declares options into the variables that receive them; those must outlive the parsing.
class Arguments {
 public:
  struct Impl;
  explicit Arguments(Impl& impl) : impl_(impl) {}

  void positional(const std::string& name, std::string& into, const std::string& help,
                  bool required = true);
  /// One or more of them, behind the other positionals.
  void positionals(const std::string& name, std::vector<std::string>& into,
                   const std::string& help);
  /// names as "-i,--indicators".
  void option(const std::string& names, std::string& into, const std::string& help,
              const std::string& value_name = "TEXT");
  void options(const std::string& names, std::vector<std::string>& into, const std::string& help,
               const std::string& value_name = "TEXT");
  void number(const std::string& names, unsigned& into, const std::string& help);
  void flag(const std::string& names, bool& into, const std::string& help);
  /// Shown below the options of --help.
  void footer(const std::string& text);

 private:
  Impl& impl_;
};

}  // namespace interdict::cli
