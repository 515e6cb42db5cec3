# proto/*.proto -> C++ lite code, the library `proto`. Included as "proto/graph.pb.h".
# From the same descriptors comes the table of fields, "proto/field_table.inc".
include(Cache)
set(protobuf_prefix ${SMW_CACHE}/protobuf-3.21.12/native)
if(EMSCRIPTEN)
  set(protobuf_prefix ${SMW_CACHE}/protobuf-3.21.12/wasm-lto)
endif()
if(NOT EXISTS ${protobuf_prefix}/complete)
  message(FATAL_ERROR "protobuf-lite is not built: run bash tools/setup.sh")
endif()
find_program(SMW_PROTOC protoc REQUIRED)
find_program(SMW_NODE node REQUIRED)

file(GLOB protos CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/*.proto)
set(gen ${CMAKE_BINARY_DIR}/gen)
set(generated_sources)
set(generated_headers)
foreach(proto IN LISTS protos)
  get_filename_component(stem ${proto} NAME_WE)
  list(APPEND generated_sources ${gen}/proto/${stem}.pb.cc)
  list(APPEND generated_headers ${gen}/proto/${stem}.pb.h)
endforeach()
file(MAKE_DIRECTORY ${gen}/proto)

set(trim_code)
set(trim_code_tool)
if(EMSCRIPTEN)
  set(trim_code_tool ${CMAKE_SOURCE_DIR}/tools/trim_proto_code.mjs)
  set(trim_code COMMAND ${SMW_NODE} ${trim_code_tool} ${generated_sources})
endif()
add_custom_command(
  OUTPUT ${generated_sources} ${generated_headers} ${gen}/proto.desc
  COMMAND ${SMW_PROTOC} --proto_path=${CMAKE_SOURCE_DIR}/proto --cpp_out=lite:${gen}/proto
          --descriptor_set_out=${gen}/proto.desc --include_imports ${protos}
  ${trim_code}
  DEPENDS ${protos} ${trim_code_tool}
  VERBATIM)

set(field_table_tool ${CMAKE_SOURCE_DIR}/tools/make_field_table.mjs)
file(GLOB field_table_present CONFIGURE_DEPENDS ${field_table_tool})
set(field_table)
if(field_table_present)
  set(field_table ${gen}/proto/field_table.inc)
  add_custom_command(
    OUTPUT ${field_table}
    COMMAND ${SMW_NODE} ${field_table_tool} ${gen}/proto.desc ${field_table}
    DEPENDS ${field_table_tool} ${gen}/proto.desc
    VERBATIM)
endif()

add_library(proto STATIC ${generated_sources} ${field_table})
# Users compile only after the headers exist; CMake orders whole targets for generated files.
target_link_libraries(proto PUBLIC smw_common)
target_include_directories(proto SYSTEM PUBLIC ${gen} ${gen}/proto ${protobuf_prefix}/include)
target_link_libraries(proto PUBLIC ${protobuf_prefix}/lib/libprotobuf-lite.a)
if(EMSCRIPTEN)
  target_compile_options(proto PRIVATE -fno-exceptions)
  target_link_libraries(proto PRIVATE smw_size)
  set_source_files_properties(${generated_sources} PROPERTIES COMPILE_FLAGS ${smw_outline})
endif()
