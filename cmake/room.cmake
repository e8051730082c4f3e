# room(NAME [REGISTERS] [USES room...] [LINKS library...] [EMBED glob...])
#
# A room is a folder of src/: its *.cpp are the library NAME, its *.test.cpp the program test_NAME.
# USES names the rooms it may include; nothing else is linked, and tests/structure checks the
# includes. EMBED turns text files into constants: embedded_NAME.hpp declares
# `std::span<const interdict::Embedded> interdict::NAME::embedded()`.
# REGISTERS: the room's files register themselves by a static object (artefacts, reports), so they
# are linked whole; otherwise the linker would drop a file that nothing names.
function(room name)
  cmake_parse_arguments(arg "REGISTERS" "" "USES;LINKS;EMBED" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "\\.test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "\\.test\\.cpp$|/main\\.cpp$")
  if(arg_EMBED)
    embed(${name} embedded_source ${arg_EMBED})
    list(APPEND sources ${embedded_source})
  endif()
  if(arg_REGISTERS)
    set_property(GLOBAL APPEND PROPERTY ROOMS_LINKED_WHOLE ${name})
  endif()
  room_links(below ${arg_USES})

  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC flags ${below} ${arg_LINKS})
  if(arg_EMBED)
    target_include_directories(${name} PUBLIC ${CMAKE_BINARY_DIR}/embedded)
  endif()

  if(tests AND NOT INTERDICT_FUZZ)
    set_property(GLOBAL APPEND PROPERTY ROOM_TESTS ${name})
    set_property(GLOBAL PROPERTY ROOM_TESTS_${name} ${tests})
  endif()
endfunction()

# room_links(OUT room...): how to link these rooms.
function(room_links out)
  get_property(whole GLOBAL PROPERTY ROOMS_LINKED_WHOLE)
  set(links)
  foreach(room IN LISTS ARGN)
    if(room IN_LIST whole)
      list(APPEND links "$<LINK_LIBRARY:WHOLE_ARCHIVE,${room}>")
    else()
      list(APPEND links ${room})
    endif()
  endforeach()
  set(${out} ${links} PARENT_SCOPE)
endfunction()

# embed(ROOM OUT glob...): writes embedded_ROOM.{hpp,cpp} when a file changes.
function(embed name out)
  set(files)
  foreach(glob IN LISTS ARGN)
    if(NOT IS_ABSOLUTE ${glob})
      set(glob ${CMAKE_SOURCE_DIR}/src/${name}/${glob})
    endif()
    file(GLOB found CONFIGURE_DEPENDS ${glob})
    list(APPEND files ${found})
  endforeach()
  if(NOT files)
    message(FATAL_ERROR "room ${name}: nothing to embed at ${ARGN}")
  endif()
  list(SORT files)
  set(header ${CMAKE_BINARY_DIR}/embedded/embedded_${name}.hpp)
  set(source ${CMAKE_BINARY_DIR}/embedded/embedded_${name}.cpp)
  file(CONFIGURE OUTPUT ${header} @ONLY CONTENT
"// Made by cmake/room.cmake: the files that the room ${name} carries inside the program.
#pragma once
#include <span>
#include \"base/embedded.hpp\"
namespace interdict::${name} {
std::span<const Embedded> embedded();
}
")
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DROOM=${name} -DOUT=${source} "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  set(${out} ${source} PARENT_SCOPE)
endfunction()
