// A text file carried inside the program (cmake/room.cmake, EMBED).

#pragma once

#include <string_view>

namespace interdict {

struct Embedded {
  std::string_view name;  // file name with its extension
  std::string_view text;
};

}  // namespace interdict
