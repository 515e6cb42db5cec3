# smw_room(name DEPS rooms...): the library `name` from src/name, or only an interface where the room
# has no .cc (yet).
function(smw_room name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE smw_common ${ARG_DEPS})
  elseif(EMSCRIPTEN AND name STREQUAL "kernels")
    # The only room that is compiled twice. Users link to the headers; each module links one of the two.
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE smw_common ${ARG_DEPS})
    smw_room_library(${name}_strict "${sources}" "${ARG_DEPS}")
    target_compile_options(${name}_strict PRIVATE -O3)
    smw_room_library(${name}_relaxed "${sources}" "${ARG_DEPS}")
    target_compile_options(${name}_relaxed PRIVATE -O3 -mrelaxed-simd)
  else()
    smw_room_library(${name} "${sources}" "${ARG_DEPS}")
  endif()
endfunction()

# What goes over every byte of a model's files. All else outside src/kernels is compiled for size.
set(smw_hot_sources src/base/crc32c.cc src/savedmodel/pb_scanner.cc)

function(smw_room_library name sources deps)
  add_library(${name} STATIC ${sources})
  target_compile_options(${name} PRIVATE ${SMW_WARNINGS})
  target_link_libraries(${name} PUBLIC smw_common ${deps} PRIVATE smw_flags)
  if(EMSCRIPTEN)
    foreach(source IN LISTS smw_hot_sources)
      set_source_files_properties(${CMAKE_SOURCE_DIR}/${source} PROPERTIES COMPILE_OPTIONS -O2)
    endforeach()
  endif()
endfunction()
