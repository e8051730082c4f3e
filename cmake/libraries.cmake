# Third-party libraries, each a Debian 12 package (packages.txt) and a row in docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PkgConfig REQUIRED)

# system_library(NAME pkg-config-name): an imported target whose headers raise no warnings.
function(system_library name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(${name} INTERFACE)
  target_link_libraries(${name} INTERFACE PkgConfig::${name})
endfunction()
system_library(expat expat)
system_library(simdjson simdjson)
system_library(seccomp libseccomp)
system_library(idn2 libidn2)
system_library(re2 re2)
# Headers only, in /usr/include.
add_library(xxhash INTERFACE)
add_library(robin_map INTERFACE)
add_library(cli11 INTERFACE)
add_library(tomlplusplus INTERFACE)
add_library(boost INTERFACE)  # Asio and Beast: net/loop.cpp and http/parser.cpp alone include them
find_package(date REQUIRED)  # date::date-tz: local midnights; reads the system's zone files
find_package(ZLIB REQUIRED)
