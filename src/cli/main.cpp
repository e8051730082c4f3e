#include "cli/command.hpp"

int main(int argc, char** argv) { return interdict::cli::main(argc, argv); }
