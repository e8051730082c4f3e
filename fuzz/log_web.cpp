// Hostile lines of a log of the kind "web".

#include "log_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  interdict::fuzzing::read_as("web", data, size);
  return 0;
}
