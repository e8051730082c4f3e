// Runs a python program and gives what it prints.

#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace interdict::test {

struct Answer {
  int status = -1;  // the exit status
  std::string text;
};

/// Words are passed as they are, between single quotes (none may hold one).
inline Answer python(const std::vector<std::string>& words) {
  std::string command = "python3";
  for (const std::string& word : words) command += " '" + word + "'";
  Answer answer;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return answer;
  std::array<char, 65536> piece;
  for (std::size_t size = 0; (size = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    answer.text.append(piece.data(), size);
  }
  const int status = ::pclose(pipe);
  answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return answer;
}

/// True, with a line that CTest counts as a skip, when python3-cryptography is not installed.
inline bool missing_cryptography() {
  if (python({"-c", "import cryptography"}).status == 0) return false;
  std::cout << "SKIPPED: python3-cryptography is not installed\n";
  return true;
}

}  // namespace interdict::test
