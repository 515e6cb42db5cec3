# Benches of single kernels, tests/bench/micro/*.cc; not part of the normal build. Natively
# `ninja micro_gemm_bench` gives bin/micro_gemm_bench; a wasm build has micro_gemm_bench_strict and _relaxed,
# programs for `node bin/micro_gemm_bench_relaxed.js [part of a case's name]` (relaxed SIMD: Node 22 and up).
file(GLOB micro_benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/micro/*.cc)

function(smw_micro name source kernels)
  add_executable(${name} EXCLUDE_FROM_ALL ${source})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/bench/micro)
  target_compile_options(${name} PRIVATE ${SMW_WARNINGS})
  target_link_libraries(${name} PRIVATE ${kernels} smw_common)
  target_link_options(${name} PRIVATE ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

foreach(source IN LISTS micro_benches)
  get_filename_component(name ${source} NAME_WE)
  if(EMSCRIPTEN)
    set(flags -O2 -sALLOW_MEMORY_GROWTH -sSTACK_SIZE=1MB -sENVIRONMENT=node,web -sEXIT_RUNTIME)
    smw_micro(micro_${name}_strict ${source} kernels_strict ${flags})
    smw_micro(micro_${name}_relaxed ${source} kernels_relaxed ${flags} -mrelaxed-simd)
  else()
    smw_micro(micro_${name} ${source} kernels)
  endif()
endforeach()

# build/wasm/bin/bench_peak_{strict,relaxed}.wasm, without glue: the yardstick of `npm run bench`.
if(EMSCRIPTEN)
  foreach(variant strict relaxed)
    smw_micro(bench_peak_${variant} ${CMAKE_SOURCE_DIR}/tests/bench/peak/peak.cc kernels_${variant}
              -O2 --no-entry -sSTANDALONE_WASM -sEXPORTED_FUNCTIONS=_preparePeak,_runPeak)
    set_target_properties(bench_peak_${variant} PROPERTIES SUFFIX .wasm)
  endforeach()
  target_link_options(bench_peak_relaxed PRIVATE -mrelaxed-simd)
endif()
