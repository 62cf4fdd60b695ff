#!/bin/sh
# Makes this machine ready to build and test synfin: looks for each thing needed and installs what is missing, with
# apt-get where there is one. With everything there it does nothing and says nothing.
#
#   setup.sh [COMMAND=PACKAGE ...]    further commands wanted, each with the Debian package that holds it; a COMMAND that
#                                     begins with / is a file that must exist (a pattern is one of those it matches)
set -eu

WS_ME=setup
here=$(cd -P "$(dirname "$0")" && pwd)
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"

has() {
    case $1 in
        /*)
            for file in $1; do
                if [ -e "$file" ]; then return 0; fi
            done
            return 1
            ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# Where bindgen looks, in short: its own variable, llvm-config's folder, the linker's cache.
has_libclang() {
    if [ -n "${LIBCLANG_PATH:-}" ]; then return 0; fi
    for library in /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so* /usr/lib64/libclang*.so* /usr/lib/libclang.* \
        /opt/homebrew/opt/llvm/lib/libclang.* /usr/local/opt/llvm/lib/libclang.* \
        /Library/Developer/CommandLineTools/usr/lib/libclang.dylib; do
        # clang's C++ interface has a name that begins alike, and does not serve.
        case ${library##*/} in libclang-cpp*) continue ;; esac
        if [ -e "$library" ]; then return 0; fi
    done
    return 1
}

has_headers() { has pkg-config && pkg-config --exists wireshark 2>/dev/null; }

# A compiler without the C library's headers compiles nothing.
has_compiler() { has cc && printf '#include <stdlib.h>\n' | cc -fsyntax-only -x c - 2>/dev/null; }

missing() {
    has_compiler || ws_say gcc libc6-dev
    has pkg-config || ws_say pkg-config
    has tshark || [ -n "${TSHARK:-}" ] || ws_say tshark
    has_headers || ws_say libwireshark-dev libglib2.0-dev
    has_libclang || ws_say libclang-dev
    for wanted in "$@"; do
        has "${wanted%%=*}" || ws_say "${wanted#*=}"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

install_with_apt() { # PACKAGE...
    if [ "$(id -u)" != 0 ] && ! has sudo; then
        ws_die "these packages are missing: $*; as root, run: apt-get install --no-install-recommends $*"
    fi
    log=$(mktemp "${TMPDIR:-/tmp}/synfin-setup.XXXXXX")
    trap 'rm -f -- "$log"' EXIT
    ws_say "setup: installing $* (apt-get)"
    # Only when the lists of packages are missing or out of date does the first try fail.
    if ! apt install --no-install-recommends "$@" >"$log" 2>&1; then
        if ! { apt update && apt install --no-install-recommends "$@"; } >"$log" 2>&1; then
            tail -n 5 "$log" >&2
            ws_die "apt-get failed (its last lines are above); as root, run: apt-get update && apt-get install --no-install-recommends $*"
        fi
    fi
}

# Administrators' commands are not always in an ordinary user's PATH; rustup's folder is not in that of a shell which was
# open before it was installed.
PATH=$PATH:/usr/sbin:/sbin:${HOME:-}/.cargo/bin
has cargo || ws_die "no Rust toolchain; install one (https://rustup.rs, or your system's packages rustc and cargo), then run this again"

packages=$(missing "$@" | tr '\n' ' ')
if [ -n "$packages" ]; then
    if has apt-get; then
        # shellcheck disable=SC2086 # names of packages, split on purpose
        install_with_apt $packages
        left=$(missing "$@" | tr '\n' ' ')
        [ -z "$left" ] || ws_die "installed, and still not found: $left; look at what apt-get did, or install these by hand"
    else
        ws_say "setup: not found here (Debian's names): $packages" >&2
        ws_say "  Fedora: dnf install gcc pkgconf-pkg-config wireshark-cli wireshark-devel clang" >&2
        ws_say "  Arch:   pacman -S gcc pkgconf wireshark-cli clang" >&2
        ws_say "  macOS:  brew install pkgconf wireshark llvm   (and Xcode's command-line tools: xcode-select --install)" >&2
        ws_die "install what is missing, then run this again"
    fi
fi

headers=$(pkg-config --modversion wireshark)
ws_supported "$(ws_series "$headers")" ||
    ws_die "the Wireshark headers here are $headers; synfin builds with $WS_WORKS_IN: install one of those"
