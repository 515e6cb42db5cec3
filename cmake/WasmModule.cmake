# Links. Every variant is a link of the same objects; src/kernels exists twice, and src/ops/links says which
# families of ops are in:
#   build/wasm/smw-{core,full}-{strict,relaxed}[-threads].wasm   and .web.mjs beside each
#   build/wasm/smw-core-strict-threads.node.mjs
# The wasm does not depend on the glue that is made with it, and the glue is the same for all variants
# (tools/build_js.mjs compares it): so glue for Node is made with one variant only.
file(GLOB wasm_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/wasm/*.cc)
if(NOT wasm_sources)
  return()
endif()

# Objects, not an archive: nothing refers to the bindings by name.
add_library(wasm OBJECT ${wasm_sources})
target_compile_options(wasm PRIVATE ${SMW_WARNINGS})
target_link_libraries(wasm PUBLIC runtime PRIVATE smw_flags smw_size)
foreach(link serial threads)
  add_library(wasm_${link} OBJECT src/wasm/links/${link}.cc)
  target_compile_options(wasm_${link} PRIVATE ${SMW_WARNINGS})
  target_link_libraries(wasm_${link} PUBLIC runtime PRIVATE smw_flags smw_size)
endforeach()

set(link_flags
  -Oz
  -flto  # the C library too
  # Engines unroll short loops over vectors themselves, and do not wait for memory less.
  "SHELL:-Wl,-mllvm,-unroll-runtime=0 -Wl,-mllvm,-unroll-allow-partial=0"
  -mnontrapping-fptoint
  # Functions with one caller become a part of it only where they are small (noinline is a matter of the compiler's, not
  # of Binaryen's), the smallest become a part of all their callers: engines compile a function when it is first called,
  # and optimise it as a whole.
  -sBINARYEN_EXTRA_PASSES=--converge,--one-caller-inline-max-function-size=40,--always-inline-max-function-size=8
  --no-entry
  --emit-symbol-map  # for tools/wasm_size.mjs; the wasm stays as it is
  -sMODULARIZE
  -sEXPORT_ES6
  -sEXPORT_NAME=createSmw
  -sFILESYSTEM=0
  -sDYNAMIC_EXECUTION=0
  -sWASM_BIGINT
  -sALLOW_MEMORY_GROWTH
  -sMAXIMUM_MEMORY=4GB
  -sIMPORTED_MEMORY  # the host makes it, shared or not
  -sMALLOC=emmalloc  # half the bytes of dlmalloc
  -sMEMORY_GROWTH_LINEAR_STEP=4MB  # where many small blocks are made: each growth takes up to 1 ms
  -sSTACK_SIZE=1MB
  -sASSERTIONS=0
  -sTEXTDECODER=2
  -sINCOMING_MODULE_JS_API=instantiateWasm,locateFile,wasmBinary,wasmMemory,print,printErr,onAbort
  -sEXPORTED_RUNTIME_METHODS=wasmMemory,HEAPU8
  -sEXPORTED_FUNCTIONS=_malloc,_free)

set(shared -sSHARED_MEMORY -Wl,--no-check-features)

# smw_module(variant glue environment LIBRARIES... FLAGS flags...)
function(smw_module variant glue environment)
  cmake_parse_arguments(ARG "" "" "FLAGS" ${ARGN})
  set(target ${variant}_${glue})
  add_executable(${target} $<TARGET_OBJECTS:wasm>)
  target_link_libraries(${target} PRIVATE wasm ${ARG_UNPARSED_ARGUMENTS})
  target_link_options(${target} PRIVATE ${link_flags} -sENVIRONMENT=${environment} ${ARG_FLAGS})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME smw-${variant} SUFFIX .mjs RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${glue})
endfunction()

# smw_variant(variant LIBRARIES... [NODE] [FLAGS flags...]): the wasm with web glue; NODE: and with Node's glue,
# around a wasm that must be the same byte for byte.
function(smw_variant variant)
  cmake_parse_arguments(ARG "NODE" "" "FLAGS" ${ARGN})
  set(libraries ${ARG_UNPARSED_ARGUMENTS})
  set(name smw-${variant})
  set(out ${CMAKE_BINARY_DIR}/${name})
  smw_module(${variant} web web,worker ${libraries} FLAGS ${ARG_FLAGS})
  set(outputs ${out}.wasm ${out}.web.mjs)
  set(copies COMMAND ${CMAKE_COMMAND} -E copy web/${name}.wasm ${name}.wasm
             COMMAND ${CMAKE_COMMAND} -E copy web/${name}.mjs ${name}.web.mjs)
  set(modules ${variant}_web)
  if(ARG_NODE)
    smw_module(${variant} node node,worker ${libraries} FLAGS ${ARG_FLAGS})
    list(APPEND outputs ${out}.node.mjs)
    list(APPEND copies COMMAND ${CMAKE_COMMAND} -E compare_files web/${name}.wasm node/${name}.wasm
                       COMMAND ${CMAKE_COMMAND} -E copy node/${name}.mjs ${name}.node.mjs)
    list(APPEND modules ${variant}_node)
  endif()
  add_custom_command(OUTPUT ${outputs} ${copies} DEPENDS ${modules} WORKING_DIRECTORY ${CMAKE_BINARY_DIR} VERBATIM)
  add_custom_target(${variant} ALL DEPENDS ${outputs})
endfunction()

set(node_core NODE)
foreach(ops core full)
  smw_variant(${ops}-strict kernels_strict ops_${ops} wasm_serial)
  smw_variant(${ops}-relaxed kernels_relaxed ops_${ops} wasm_serial FLAGS -mrelaxed-simd)
  smw_variant(${ops}-strict-threads kernels_strict ops_${ops} wasm_threads ${node_${ops}} FLAGS ${shared})
  smw_variant(${ops}-relaxed-threads kernels_relaxed ops_${ops} wasm_threads FLAGS ${shared} -mrelaxed-simd)
endforeach()
