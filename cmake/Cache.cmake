# Where tools/setup.sh keeps what it builds once per machine.
if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(SMW_CACHE "$ENV{XDG_CACHE_HOME}/savedmodel-wasm")
else()
  set(SMW_CACHE "$ENV{HOME}/.cache/savedmodel-wasm")
endif()
