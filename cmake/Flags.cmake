# Compiler flags that every target of ours shares.
option(SMW_WERROR "Treat warnings as errors" ON)
option(SMW_FUZZ "Build tests/fuzz with libFuzzer" OFF)
set(SMW_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")

find_program(SMW_CCACHE ccache)
if(SMW_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${SMW_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SMW_CCACHE})
endif()

find_package(Threads REQUIRED)

# Everything, ours or not.
add_library(smw_common INTERFACE)
target_include_directories(smw_common INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(smw_common INTERFACE -fno-rtti -ffp-contract=off -ffunction-sections -fdata-sections)
if(EMSCRIPTEN)
  # Objects built with -pthread link into single-threaded modules too: one tree serves all variants.
  target_compile_options(smw_common INTERFACE -pthread -msimd128 -mnontrapping-fptoint -fno-exceptions)
  target_compile_definitions(smw_common INTERFACE EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
else()
  target_link_libraries(smw_common INTERFACE Threads::Threads)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_compile_options(smw_common INTERFACE -march=x86-64-v2)
  endif()
  if(SMW_SANITIZE)
    target_compile_options(smw_common INTERFACE -fsanitize=${SMW_SANITIZE} -fno-sanitize-recover=all
                                                -fno-omit-frame-pointer)
    target_link_options(smw_common INTERFACE -fsanitize=${SMW_SANITIZE})
  endif()
  if(SMW_FUZZ)
    target_compile_options(smw_common INTERFACE -fsanitize=fuzzer-no-link)
  endif()
endif()

# Code of ours in src/.
add_library(smw_flags INTERFACE)
target_link_libraries(smw_flags INTERFACE smw_common)
target_compile_options(smw_flags INTERFACE -fno-exceptions)

# SMW_TRY is a statement expression. Applied to our own targets only, never to generated code.
set(SMW_WARNINGS -Wall -Wextra -Wno-gnu-statement-expression)
if(SMW_WERROR)
  list(APPEND SMW_WARNINGS -Werror)
endif()

# What is compiled for size, which in the wasm is all but the hot part of src/kernels: optimised once more as a whole
# when it is linked. Helper threads set no static of a function (they run kernels, and the loops of src/ops around
# them), so nothing guards statics. `smw_outline` makes a function of what is repeated within a file; not for what runs
# at every step or byte.
add_library(smw_size INTERFACE)
if(EMSCRIPTEN)
  set(smw_size_options -flto -fno-threadsafe-statics -DNDEBUG)
  target_compile_options(smw_size INTERFACE ${smw_size_options})
  set(smw_outline "-mllvm -ir-outliner -mllvm -enable-linkonceodr-ir-outlining")
endif()
