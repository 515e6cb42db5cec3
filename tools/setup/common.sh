# Shared by the parts of set-up: where things lie, and how to talk and stop.
smw_cache="${XDG_CACHE_HOME:-$HOME/.cache}/savedmodel-wasm"

say() { printf '[setup] %s\n' "$*" >&2; }
die() {
  printf '[setup] %s\n' "$*" >&2
  exit 1
}

# Runs a command whose output matters only when it fails.
quietly() {
  local log
  log="$(mktemp)"
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    die "failed: $*"
  fi
  rm -f "$log"
}
