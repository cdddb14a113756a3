# common.bash — which SDK is used. Sourced by install, run and node; prints nothing, starts no SDK tool unless it must.
# Assumes: bash. An SDK is "native" (emsdk or a package of the machine) or "own" (a Debian tree that install made).

gharial_min_emcc=4.0.15 # for what make does here, tests above all; the port itself works from 3.1.54 on
gharial_cache=${XDG_CACHE_HOME:-$HOME/.cache}/gharial
# GHARIAL_SUITE names the Debian suite whose Emscripten is used, whatever the machine has: an older SDK, for the tests.
gharial_suite=${GHARIAL_SUITE:-forky}
gharial_place=${GHARIAL_SUITE:+-$GHARIAL_SUITE}
gharial_sdk=$gharial_cache/sdk$gharial_place
gharial_em_cache=$gharial_cache/em-cache$gharial_place
gharial_stamp=$gharial_sdk/.gharial-sdk # line 1: format and emcc version; then the files without which it is broken
gharial_format='gharial-sdk 1'

die() { printf 'gharial toolchain: %s\n' "$*" >&2; exit 1; }
note() { printf 'gharial toolchain: %s\n' "$*" >&2; }
[[ $gharial_suite =~ ^[a-z]+$ ]] || die "GHARIAL_SUITE=$gharial_suite names no Debian suite: write one word, for example trixie"

# version_at_least FOUND WANTED: numbers between dots, so that 4.0.10 > 4.0.9; a suffix such as -git counts for nothing.
version_at_least() {
  local -a found wanted
  local i
  IFS=. read -ra found <<<"${1%%[!0-9.]*}"
  IFS=. read -ra wanted <<<"$2"
  for i in 0 1 2; do
    local f=${found[i]:-0} w=${wanted[i]:-0}
    ((10#$f > 10#$w)) && return 0
    ((10#$f < 10#$w)) && return 1
  done
  return 0
}

# emcc_version EMCC: the version, or nothing. Starting Python for `emcc --version` would cost more than everything else
# that run does: the text file beside the real emcc is read where there is one, and what a wrapper said is remembered.
emcc_version() {
  local real line='' key='' memory=$gharial_cache/emcc-version
  real=$(readlink -f "$1" 2>/dev/null) || return 0
  if [[ -r ${real%/*}/emscripten-version.txt ]]; then
    read -r line <"${real%/*}/emscripten-version.txt"
    line=${line//\"/}
  else
    key=$(stat -c '%n %i %s %Y' "$real" 2>/dev/null) || return 0
    local known=''
    { IFS= read -r known && IFS= read -r line; } 2>/dev/null <"$memory" || true
    if [[ $known != "$key" ]]; then
      line=$("$1" --version 2>/dev/null </dev/null) || return 0
      line=${line%%$'\n'*}
      mkdir -p "$gharial_cache" 2>/dev/null && printf '%s\n' "$key" "$line" 2>/dev/null >"$memory" || true
    fi
  fi
  [[ $line =~ ([0-9]+\.[0-9]+\.[0-9]+) ]] && printf '%s' "${BASH_REMATCH[1]}"
}

# choose_sdk: sets sdk_kind to native or own, sdk_path to the directories that go in front of PATH, sdk_rejected to the
# reason why an emcc on PATH is not used. An SDK that was named is used or is an error; one that was merely found is a hint.
choose_sdk() {
  sdk_kind=own sdk_path='' sdk_rejected='' sdk_version=''
  [[ -z ${GHARIAL_SUITE:-} ]] || return 0
  local remedy='or unset EMSDK to have an SDK installed'
  if [[ -n ${EMSDK:-} ]]; then
    local emcc=$EMSDK/upstream/emscripten/emcc node
    [[ -d $EMSDK ]] || die "EMSDK names $EMSDK, which does not exist: correct it, $remedy"
    [[ -x $emcc ]] || die "EMSDK=$EMSDK is incomplete, it has no upstream/emscripten/emcc: run \`emsdk install latest\` there, $remedy"
    [[ -x $EMSDK/upstream/bin/clang ]] || die "EMSDK=$EMSDK is incomplete, it has no upstream/bin/clang: run \`emsdk install latest\` there, $remedy"
    sdk_version=$(emcc_version "$emcc")
    [[ -n $sdk_version ]] || die "EMSDK=$EMSDK is broken, its emcc does not say its version: run \`emsdk install latest\` there, $remedy"
    version_at_least "$sdk_version" "$gharial_min_emcc" ||
      die "EMSDK=$EMSDK is too old: supported from $gharial_min_emcc, found $sdk_version: run \`emsdk install latest\` there, $remedy"
    sdk_kind=native sdk_path=$EMSDK/upstream/emscripten
    for node in "$EMSDK"/node/*/bin; do # the last one is the newest: emsdk keeps old ones
      [[ -x $node/node ]] && local newest=$node
    done
    [[ -n ${newest:-} ]] && sdk_path+=:$newest
    return 0
  fi
  local found
  found=$(type -P emcc) || return 0
  sdk_version=$(emcc_version "$found")
  if [[ -z $sdk_version ]]; then
    sdk_rejected="$found does not run"
  elif ! version_at_least "$sdk_version" "$gharial_min_emcc"; then
    sdk_rejected="$found is too old (supported from $gharial_min_emcc, found $sdk_version)"
  else
    sdk_kind=native
  fi
}

# own_sdk_missing: names the first missing piece of the installed tree; silent when it is whole.
own_sdk_missing() {
  local line
  [[ -r $gharial_stamp ]] || { printf '%s' "$gharial_stamp"; return; }
  {
    read -r line
    [[ $line == "$gharial_format "* ]] || { printf '%s' "$gharial_stamp of this version"; return; }
    while read -r line; do
      [[ -e $gharial_sdk$line ]] || { printf '%s' "$gharial_sdk$line"; return; }
    done
  } <"$gharial_stamp"
}

# debian_mirror: the place this machine takes Debian's main suite from. apt itself reads its sources, in both formats;
# third-party repositories name another origin or another suite.
debian_mirror() {
  if [[ -n ${GHARIAL_DEBIAN_MIRROR:-} ]]; then
    printf '%s' "$GHARIAL_DEBIAN_MIRROR"
    return
  fi
  local uri release component origin label codename='' fallback='' chosen=''
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  while IFS='|' read -r uri release component origin label; do
    [[ $component == main ]] || continue
    if [[ $origin == Debian && $label == Debian ]]; then
      chosen=$uri
      break
    fi
    [[ -z $origin && $release == "$codename" && -z $fallback ]] && fallback=$uri
  done < <(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)' 'Created-By: Packages' 2>/dev/null)
  chosen=${chosen:-$fallback}
  case $chosen in # cloud images list their mirrors in a file
    mirror+file:*) chosen=$(grep -om1 -E '^[a-z]+:[^[:space:]]+' "${chosen#mirror+file:}" || true) ;;
    mirror:* | mirror+*) chosen='' ;;
  esac
  printf '%s' "${chosen%/}"
}
