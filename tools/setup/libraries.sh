# Libraries that are compiled in, from Debian 12's source packages, once per machine and target (native, wasm).
# Wasm objects are built with -pthread so that they link into threaded modules as well as single-threaded ones, and as
# bitcode: what a module does not need of them goes when it is linked (smw_size in cmake/Flags.cmake).
wasm_library_flags="-Oz -flto -DNDEBUG -pthread -msimd128 -mnontrapping-fptoint -fno-exceptions -fno-rtti
  -fno-threadsafe-statics -ffunction-sections -fdata-sections -ffile-prefix-map=$smw_cache/=
  -mllvm -ir-outliner -mllvm -enable-linkonceodr-ir-outlining"
wasm_library_flags="${wasm_library_flags//$'\n'/ }"
native_library_flags="-O2 -g1 -DNDEBUG -fPIC"

# fetch_source PACKAGE TARBALL SHA256: unpacks the pinned upstream tarball of a source package; prints the folder.
fetch_source() {
  local package="$1" tarball="$2" sum="$3" dir="$smw_cache/src/$1"
  if [[ ! -e "$dir/complete" ]]; then
    rm -rf "$dir"
    mkdir -p "$dir/tree"
    (
      cd "$dir"
      private_apt "deb-src bookworm" apt-get source --download-only "$package"
      echo "$sum  $tarball" | sha256sum --check --quiet - || die "$tarball is not the file that was pinned"
      tar xf "$tarball" -C tree --strip-components=1
    ) >&2
    touch "$dir/complete"
  fi
  echo "$dir/tree"
}

# cmake_for native|wasm ARGS...: configures for one of the targets.
cmake_for() {
  local target="$1"
  shift
  if [[ "$target" == wasm ]]; then
    quietly "$(emscripten_tool emcmake)" cmake -G Ninja "$@" -DCMAKE_BUILD_TYPE=None \
      -DCMAKE_C_FLAGS="$wasm_library_flags" -DCMAKE_CXX_FLAGS="$wasm_library_flags"
  else
    quietly cmake -G Ninja "$@" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
      -DCMAKE_C_FLAGS="$native_library_flags" -DCMAKE_CXX_FLAGS="$native_library_flags"
  fi
}

# protobuf-lite: the version of Debian 12's protoc; later ones bring Abseil.
ensure_protobuf_lite() {
  local target="$1" prefix="$smw_cache/protobuf-3.21.12/$1" tree build
  [[ "$target" != wasm ]] || prefix+="-lto"
  [[ -e "$prefix/complete" ]] && return 0
  say "building protobuf-lite ($target)"
  tree="$(fetch_source protobuf protobuf_3.21.12.orig.tar.gz \
    930c2c3b5ecc6c9c12615cf5ad93f1cd6e12d0aba862b572e076259970ac3a53)"
  build="$prefix.build"
  rm -rf "$build" "$prefix"
  cmake_for "$target" -S "$tree" -B "$build" -DCMAKE_INSTALL_PREFIX="$prefix" -Dprotobuf_BUILD_TESTS=OFF \
    -Dprotobuf_BUILD_PROTOC_BINARIES=OFF -Dprotobuf_WITH_ZLIB=OFF -Dprotobuf_DISABLE_RTTI=OFF
  quietly cmake --build "$build" --target libprotobuf-lite
  mkdir -p "$prefix/lib" "$prefix/include/google/protobuf"
  cp "$build"/libprotobuf-lite.a "$prefix/lib/"
  (cd "$tree/src" && find google/protobuf \( -name '*.h' -o -name '*.inc' \) -not -path '*/compiler/*' -print0 |
    xargs -0 cp --parents -t "$prefix/include")
  rm -rf "$build"
  touch "$prefix/complete"
}
