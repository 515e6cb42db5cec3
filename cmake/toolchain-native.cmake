# Clang 19 where it is installed, else another clang.
find_program(smw_clang NAMES clang-19 clang-20 clang REQUIRED)
find_program(smw_clangxx NAMES clang++-19 clang++-20 clang++ REQUIRED)
set(CMAKE_C_COMPILER ${smw_clang})
set(CMAKE_CXX_COMPILER ${smw_clangxx})
set(CMAKE_EXE_LINKER_FLAGS_INIT -fuse-ld=lld)
