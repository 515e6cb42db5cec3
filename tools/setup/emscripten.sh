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

# Emscripten reads the .emscripten beside it where no EM_CONFIG is set.
configure_emscripten() {
  local prefix="$1" final="$2"
  ln -sfn ../nodejs "$prefix/usr/share/emscripten/node_modules"
  cat >"$prefix/usr/share/emscripten/.emscripten" <<CONF
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
  # Without the libraries for LTO and for position-independent code: 1.2 GB that nothing here links.
  for deb in "$tmp"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" |
      tar x -C "$tmp" --exclude='*/wasm32-emscripten/*lto*' --exclude='*/wasm32-emscripten/pic'
  done
  rm -rf "$tmp/debs"
  [[ -x "$tmp/usr/share/emscripten/em++" ]] || die "the emscripten package has no em++"
  wrap_binaryen "$tmp" "$emscripten_prefix"
  configure_emscripten "$tmp" "$emscripten_prefix"
  mv "$tmp" "$emscripten_prefix"
  quietly "$emscripten_prefix/usr/share/emscripten/em++" --version
  touch "$emscripten_prefix/complete"
}

# Prints a tool of the Emscripten in use (emcc, em++, emcmake, ...).
emscripten_tool() {
  if [[ -e "$emscripten_prefix/complete" ]]; then echo "$emscripten_prefix/usr/share/emscripten/$1"; else command -v "$1"; fi
}
