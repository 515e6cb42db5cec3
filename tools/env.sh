# `source tools/env.sh` puts the Emscripten that set-up unpacked on PATH.
PATH="${XDG_CACHE_HOME:-$HOME/.cache}/savedmodel-wasm/emscripten-3.1.69/usr/share/emscripten:$PATH"
export PATH
