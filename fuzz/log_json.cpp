// Hostile lines of a log of the kind "json".

#include "log_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  interdict::fuzzing::read_as("json", data, size);
  return 0;
}
