# Debian packages: those that must be installed, and a private apt for those that are only unpacked.

# "package probe": the package counts as present where the probe is a command or an existing file.
system_packages="
clang-19            clang++-19
lld-19              ld.lld-19
llvm-19             llvm-ar-19
libclang-rt-19-dev  /usr/lib/llvm-19/lib/clang/19/lib/linux
clang-format-19     clang-format-19
protobuf-compiler   protoc
libsimde-dev        /usr/include/simde/wasm/simd128.h
libgtest-dev        /usr/include/gtest/gtest.h
libbenchmark-dev    /usr/include/benchmark/benchmark.h
dpkg-dev            dpkg-source
cmake               cmake
ninja-build         ninja
ccache              ccache
python3             python3
git                 git
chromium            chromium
"

ensure_system_packages() {
  local package probe missing=()
  while read -r package probe; do
    [[ -z "$package" ]] && continue
    [[ "$probe" == /* && -e "$probe" ]] || command -v "$probe" >/dev/null || missing+=("$package")
  done <<<"$system_packages"
  ((${#missing[@]})) || return 0

  local install=(apt-get install -y --no-install-recommends "${missing[@]}") prefix=()
  command -v apt-get >/dev/null || die "missing: ${missing[*]} (Debian's package names)"
  if ((EUID != 0)); then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      prefix=(sudo)
    else
      die "please run first:  sudo apt-get update && sudo ${install[*]}"
    fi
  fi
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  quietly "${prefix[@]}" apt-get update
  quietly "${prefix[@]}" "${install[@]}"
}

# The mirror that this machine's own sources name for its release.
debian_mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(SITE)|$(RELEASE)|$(IDENTIFIER)|$(COMPONENT)' |
    awk -F'|' '$2 == "bookworm" && $3 == "Packages" && $4 == "main" { print $1; exit }'
}

# private_apt "deb trixie" COMMAND...: an apt command that sees only that line's release from the machine's mirror.
# It has its own state below the cache folder, so it needs no root and leaves the system's sources as they are.
private_apt() {
  local kind release apt mirror
  read -r kind release <<<"$1"
  shift
  apt="$smw_cache/apt-$kind-$release"
  if [[ ! -e "$apt/updated" ]]; then
    mirror="$(debian_mirror)"
    [[ -n "$mirror" ]] || die "no Debian 12 mirror among this machine's apt sources; put emcc >= 3.1.69 on PATH instead"
    mkdir -p "$apt"/{state/lists/partial,cache/archives/partial}
    : >"$apt/status"
    echo "$kind [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$apt/sources.list"
    cat >"$apt/apt.conf" <<CONF
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "root";
CONF
    APT_CONFIG="$apt/apt.conf" quietly apt-get update
    touch "$apt/updated"
  fi
  APT_CONFIG="$apt/apt.conf" quietly "$@"
}
