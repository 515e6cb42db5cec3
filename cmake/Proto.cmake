# proto/*.proto -> C++ lite code, the library `proto`.
add_library(proto INTERFACE)
