# node_modules, exactly as package-lock.json says.
ensure_node_modules() {
  [[ -f "$root/package-lock.json" ]] || return 0
  local wanted stamp="$root/node_modules/.smw-lock-sum"
  wanted="$(sha256sum <"$root/package-lock.json")"
  [[ -f "$stamp" && "$(<"$stamp")" == "$wanted" ]] && return 0
  say "npm ci"
  (cd "$root" && quietly npm ci --no-audit --no-fund --ignore-scripts)
  echo "$wanted" >"$stamp"
}
