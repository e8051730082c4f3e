# Warnings, hardening and sanitizers: one interface target that every room links.
add_library(flags INTERFACE)
target_compile_options(flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Werror=return-type
  # GCC bug 105329: false positive on "x" + std::string in C++20.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  -fno-omit-frame-pointer)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
  # Costs 4 % on the hottest loop; stays on because every byte we read is hostile.
  target_compile_options(flags INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong
    -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero -fPIE)
  target_link_options(flags INTERFACE -pie -Wl,-z,relro,-z,now)
else()
  set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")
endif()
if(INTERDICT_SANITIZE)
  target_compile_options(flags INTERFACE -fsanitize=${INTERDICT_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(flags INTERFACE -fsanitize=${INTERDICT_SANITIZE})
  target_compile_definitions(flags INTERFACE INTERDICT_SANITIZED=1)
endif()
if(INTERDICT_FUZZ)
  target_compile_options(flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
