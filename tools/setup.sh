#!/usr/bin/env bash
# Brings a machine (Debian 12, Node 20) to where everything here builds and tests run. Safe to repeat; under a second when
# there is nothing to do. What is built once per machine lies in ${XDG_CACHE_HOME:-~/.cache}/savedmodel-wasm.
#   bash tools/setup.sh            everything
#   bash tools/setup.sh --no-npm   without node_modules
set -Eeuo pipefail
trap 'echo "[setup] failed at ${BASH_SOURCE[0]}:$LINENO: $BASH_COMMAND" >&2' ERR
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$here")"
for part in common apt emscripten libraries npm; do
  # shellcheck source=/dev/null
  source "$here/setup/$part.sh"
done

mkdir -p "$smw_cache"
exec 9>"$smw_cache/setup.lock"
flock 9

ensure_system_packages
ensure_emscripten
ensure_protobuf_lite native
ensure_protobuf_lite wasm
[[ "${1:-}" == --no-npm ]] || ensure_node_modules
