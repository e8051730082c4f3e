#include "devices/lattice.hpp"
