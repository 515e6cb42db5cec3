# Emscripten: the one on PATH where it is new enough, else Debian 13's, unpacked into a prefix of its own.
emscripten_least=3.1.69
emscripten_prefix="$smw_cache/emscripten-3.1.69"

emcc_on_path_is_new_enough() {
  command -v emcc >/dev/null || return 1
  local version
  version="$(emcc --version 2>/dev/null | sed -n '1s/.* \([0-9][0-9.]*\).*/\1/p')"
  [[ -n "$version" && "$(printf '%s\n' "$emscripten_least" "$version" | sort -V | head -1)" == "$emscripten_least" ]]
}

# Debian 13's binaryen wants its own libc: each program starts through the prefix's loader.
wrap_binaryen() {
  local prefix="$1" final="$2" loader program name
  loader="$(cd "$prefix" && find usr -name 'ld-linux-*.so.*' -path '*-linux-gnu/*' | sort | head -1)"
  [[ -n "$loader" ]] || die "no loader in $prefix"
  mkdir -p "$prefix/binaryen/bin"
  for program in "$prefix"/usr/bin/wasm*; do
    name="$(basename "$program")"
    cat >"$prefix/binaryen/bin/$name" <<SH
#!/bin/sh
exec "$final/$loader" --library-path "$final/$(dirname "$loader")" "$final/usr/bin/$name" "\$@"
SH
    chmod +x "$prefix/binaryen/bin/$name"
  done
}

# em++ and its kin, with EM_CONFIG set, so that nothing else has to know of the prefix.
wrap_emscripten() {
  local prefix="$1" final="$2" name
  mkdir -p "$prefix/bin"
  for name in emcc em++ emar emranlib emcmake em-config; do
    cat >"$prefix/bin/$name" <<SH
#!/bin/sh
EM_CONFIG="$final/config" exec "$final/usr/share/emscripten/$name" "\$@"
SH
    chmod +x "$prefix/bin/$name"
  done
  cat >"$prefix/config" <<CONF
LLVM_ROOT = '/usr/lib/llvm-19/bin'
BINARYEN_ROOT = '$final/binaryen'
NODE_JS = '$(command -v node)'
CACHE = '$final/usr/share/emscripten/cache'
CONF
}

ensure_emscripten() {
  [[ -e "$emscripten_prefix/complete" ]] && return 0
  emcc_on_path_is_new_enough && return 0
  command -v node >/dev/null || die "node is missing"
  say "unpacking Emscripten 3.1.69 (240 MB to fetch)"
  local tmp="$emscripten_prefix.part" deb
  rm -rf "$tmp" "$emscripten_prefix"
  mkdir -p "$tmp/debs"
  (
    cd "$tmp/debs"
    private_apt "deb trixie" apt-get download emscripten binaryen libc6 libstdc++6 libgcc-s1 node-acorn
  )
  for deb in "$tmp"/debs/*.deb; do dpkg -x "$deb" "$tmp"; done
  rm -rf "$tmp/debs"
  [[ -x "$tmp/usr/share/emscripten/em++" ]] || die "the emscripten package has no em++"
  ln -sfn ../nodejs "$tmp/usr/share/emscripten/node_modules"
  wrap_binaryen "$tmp" "$emscripten_prefix"
  wrap_emscripten "$tmp" "$emscripten_prefix"
  mv "$tmp" "$emscripten_prefix"
  quietly "$emscripten_prefix/bin/em++" --version
  touch "$emscripten_prefix/complete"
}

# Prints a tool of the Emscripten in use (emcc, em++, emcmake, ...).
emscripten_tool() {
  if [[ -e "$emscripten_prefix/complete" ]]; then echo "$emscripten_prefix/bin/$1"; else command -v "$1"; fi
}
