# smw_room(name DEPS rooms...): the library `name` from src/name, or only an interface where the room
# has no .cc (yet). src/name/links/*.cc are alternatives, of which each link takes one: name_core, name_full.

# Kernels where most time is not spent: they are built for size. -Os still vectorises loops, -Oz does not.
set(small_kernels argmax attention binary_f32 binary_int broadcast cast cast_half compressed conv_backprop_filter
                  conv_transpose depthwise_backprop fake_quant fft gemm_half gemm_int8 generic_conv generic_matmul
                  generic_pool matmul nd_copy norm pool recurrent reduce reduce_f32 reduce_other resize_area
                  resize_bicubic resize_bilinear select softmax transpose unary_f32)
set(smallest_kernels binary binary_f64 binary_grad binary_special conv pack parallel scan special special_gamma unary
                     unary_complex unary_f64 unary_int)

function(smw_room name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(links ${sources})
  list(FILTER links INCLUDE REGEX "/links/[^/]*$")
  list(FILTER sources EXCLUDE REGEX "/links/[^/]*$")
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE smw_common ${ARG_DEPS})
  elseif(EMSCRIPTEN AND name STREQUAL "kernels")
    # The only room that is compiled twice. Users link to the headers; each module links one of the two.
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE smw_common ${ARG_DEPS})
    foreach(kernel IN LISTS small_kernels)
      set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/${kernel}.cc PROPERTIES
        COMPILE_OPTIONS "-Os;${smw_size_options}")
    endforeach()
    foreach(kernel IN LISTS smallest_kernels)
      set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/${kernel}.cc PROPERTIES
        COMPILE_OPTIONS "-Oz;${smw_size_options}")
    endforeach()
    smw_room_library(${name}_strict "${sources}" "${ARG_DEPS}")
    target_compile_options(${name}_strict PRIVATE -O3)
    smw_room_library(${name}_relaxed "${sources}" "${ARG_DEPS}")
    target_compile_options(${name}_relaxed PRIVATE -O3 -mrelaxed-simd)
  else()
    smw_room_library(${name} "${sources}" "${ARG_DEPS}")
  endif()
  foreach(source IN LISTS links)
    get_filename_component(link ${source} NAME_WE)
    smw_room_library(${name}_${link} ${source} ${name})
  endforeach()
  if(links AND NOT EMSCRIPTEN)
    target_link_libraries(${name} PUBLIC ${name}_full)
  endif()
endfunction()

# What goes over every byte of a model's files, and what runs at every step. All else outside src/kernels is compiled
# for size.
set(smw_hot_sources src/base/crc32c.cc)
set(smw_step_sources src/runtime/executor.cc)
list(TRANSFORM smw_hot_sources PREPEND ${CMAKE_SOURCE_DIR}/)
list(TRANSFORM smw_step_sources PREPEND ${CMAKE_SOURCE_DIR}/)

function(smw_room_library name sources deps)
  add_library(${name} STATIC ${sources})
  target_compile_options(${name} PRIVATE ${SMW_WARNINGS})
  target_link_libraries(${name} PUBLIC smw_common ${deps} PRIVATE smw_flags)
  if(EMSCRIPTEN AND NOT name MATCHES "^kernels")
    target_link_libraries(${name} PRIVATE smw_size)
    foreach(source IN LISTS sources)
      if(source IN_LIST smw_hot_sources)
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -O2)
      elseif(source MATCHES "/libc_memory.cc$")  # the compiler calls it by itself, when it links, too
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-fno-lto;-fno-builtin")
      elseif(NOT source IN_LIST smw_step_sources)
        set_source_files_properties(${source} PROPERTIES COMPILE_FLAGS ${smw_outline})
      endif()
    endforeach()
  endif()
endfunction()
