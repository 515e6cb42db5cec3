# Links. Every variant is a link of the same objects, only src/kernels exists twice:
#   build/wasm/smw-strict.wasm   + smw-strict.web.mjs   smw-strict.node.mjs
#   build/wasm/smw-relaxed.wasm  + smw-relaxed.web.mjs  smw-relaxed.node.mjs
# Web and Node get their own glue; the wasm they load is byte for byte the same.
file(GLOB_RECURSE wasm_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/wasm/*.cc)
if(NOT wasm_sources)
  return()
endif()

# Objects, not an archive: nothing refers to the bindings by name.
add_library(wasm OBJECT ${wasm_sources})
target_compile_options(wasm PRIVATE ${SMW_WARNINGS})
target_link_libraries(wasm PUBLIC runtime smw_flags)

set(link_flags
  -Oz
  --no-entry
  --emit-symbol-map  # for tools/wasm_size.mjs; the wasm stays as it is
  -fno-rtti  # chooses the embind library that agrees with the objects about type ids
  -lembind
  -sMODULARIZE
  -sEXPORT_ES6
  -sEXPORT_NAME=createSmw
  -sFILESYSTEM=0
  -sDYNAMIC_EXECUTION=0
  -sWASM_BIGINT
  -sALLOW_MEMORY_GROWTH
  -sMAXIMUM_MEMORY=4GB
  -sMEMORY_GROWTH_GEOMETRIC_STEP=0
  -sSTACK_SIZE=1MB
  -sASSERTIONS=0
  -sTEXTDECODER=2
  -sINCOMING_MODULE_JS_API=instantiateWasm,locateFile,wasmBinary,print,printErr,onAbort
  -sEXPORTED_RUNTIME_METHODS=wasmMemory,HEAPU8
  -sEXPORTED_FUNCTIONS=_malloc,_free)

# smw_module(variant glue environment kernels FLAGS...)
function(smw_module variant glue environment kernels)
  set(target ${variant}_${glue})
  add_executable(${target} $<TARGET_OBJECTS:wasm>)
  target_link_libraries(${target} PRIVATE wasm)
  if(TARGET ${kernels})
    target_link_libraries(${target} PRIVATE ${kernels})
  endif()
  target_link_options(${target} PRIVATE ${link_flags} -sENVIRONMENT=${environment} ${ARGN})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME smw-${variant} SUFFIX .mjs RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${glue})
endfunction()

# smw_variant(variant kernels FLAGS...): both glues, and the one wasm that both have in common.
function(smw_variant variant kernels)
  smw_module(${variant} web web,worker ${kernels} ${ARGN})
  smw_module(${variant} node node ${kernels} ${ARGN})
  set(name smw-${variant})
  add_custom_command(
    OUTPUT ${CMAKE_BINARY_DIR}/${name}.wasm ${CMAKE_BINARY_DIR}/${name}.web.mjs ${CMAKE_BINARY_DIR}/${name}.node.mjs
    COMMAND ${CMAKE_COMMAND} -E compare_files web/${name}.wasm node/${name}.wasm
    COMMAND ${CMAKE_COMMAND} -E copy web/${name}.wasm ${name}.wasm
    COMMAND ${CMAKE_COMMAND} -E copy web/${name}.mjs ${name}.web.mjs
    COMMAND ${CMAKE_COMMAND} -E copy node/${name}.mjs ${name}.node.mjs
    DEPENDS ${variant}_web ${variant}_node
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    VERBATIM)
  add_custom_target(${variant} ALL DEPENDS ${CMAKE_BINARY_DIR}/${name}.wasm)
endfunction()

smw_variant(strict kernels_strict)
smw_variant(relaxed kernels_relaxed -mrelaxed-simd)
# Threaded variants join here: smw_variant(strict-threads kernels_strict -pthread -sPTHREAD_POOL_SIZE=... )
