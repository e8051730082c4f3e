// What a Set holds; private to this room.

#pragma once

#include <vector>

#include "indicators/indicators.hpp"
#include "indicators/store.hpp"

namespace interdict::indicators {

struct Set::Data {
  Store store;
  std::vector<LoadedFile> files;
  std::vector<NotEvaluated> not_evaluated;
};

}  // namespace interdict::indicators
