#!/bin/sh
# Builds the plugin for other systems from this one, and prints where each file lies:
#
#   cross.sh TARGET...     linux-aarch64, windows-x86_64, macos (both processors in one file), or all
#   cross.sh --make        make the folder of tools alone
#
# The tools are made once and kept (.cross/, or SYNFIN_CROSS_DIR); after that nothing is fetched. They are a Debian sid in a
# folder, with its Rust, the sources of Rust's standard library and mingw-w64 (UCRT); zig from PyPI, by its checksum
# (scripts/cross/*.txt); and Wireshark's headers for each system, by theirs (scripts/headers). Making the folder wants
# root, as make test-versions does.
set -eu

cd "$(dirname "$0")/.."
top=$(pwd -P)
WS_ME=cross
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

cross=${SYNFIN_CROSS_DIR:-$top/.cross}
mkdir -p "$cross"
cross=$(cd -P "$cross" && pwd)
root=$cross/sid
packages=rustc,cargo,rust-src,gcc-mingw-w64-ucrt64,clang,lld,llvm,libclang-dev,ca-certificates

# ---- the tools

has_tools() { # ROOT
    for file in bin/cargo bin/x86_64-w64-mingw32ucrt-gcc bin/ld64.lld bin/llvm-lipo lib/rustlib/src/rust/library/std/Cargo.toml; do
        [ -e "$1/usr/$file" ] || return 1
    done
    as_root chroot "$1" rustc --version >/dev/null 2>&1
}

make_root() {
    if has_tools "$root"; then return 0; fi
    ws_say "cross: fetching Debian sid's Rust and mingw-w64 into $root (once; two minutes)" >&2
    debian_make sid "$root" "$packages" "$cross/sid.log" has_tools >&2
}

# wheel LIST FOLDER [OPTION...]: the package of PyPI that a list names with its checksum, unpacked
wheel() {
    list=$1
    folder=$2
    shift 2
    if [ -f "$folder/made" ] && cmp -s "$list" "$folder/made"; then return 0; fi
    ws_say "cross: fetching $(sed -n 's/ --hash.*//p' "$list") from PyPI into $folder (once)" >&2
    python=$(scripts/python.sh pip)
    making=$(mktemp -d "$cross/making.XXXXXX")
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes "$@" \
        -d "$making" -r "$list" >&2 || ws_die "PyPI did not give what $list names; check the network, then run this again"
    "$python" -m zipfile -e "$making"/*.whl "$making/unpacked"
    cp -- "$list" "$making/unpacked/made"
    rm -rf -- "$folder"
    mv -T -- "$making/unpacked" "$folder"
    rm -rf -- "$making"
}

program() { # NAME: its text is standard input
    cat >"$cross/bin/.$1.$$"
    chmod +x "$cross/bin/.$1.$$"
    mv -f -- "$cross/bin/.$1.$$" "$cross/bin/$1"
}

# A compiler for each system, under one name each. zig's own checks of undefined behaviour want a library of its own.
make_compilers() {
    mkdir -p "$cross/bin" "$cross/macos/usr/lib"
    chmod +x "$cross/zig/ziglang/zig"
    for pair in linux-aarch64=aarch64-linux-gnu.2.31 linux-x86_64=x86_64-linux-gnu.2.31 macos-aarch64=aarch64-macos.11.0 \
        macos-x86_64=x86_64-macos.11.0; do
        program "cc-${pair%%=*}" <<END
#!/bin/sh
ZIG_GLOBAL_CACHE_DIR="$cross/zig-cache" ZIG_LOCAL_CACHE_DIR="$cross/zig-cache"
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
# The system is named here, in zig's words; the others' words for it are dropped.
for argument; do
    shift
    case \$argument in
        --target=* | -mmacosx-version-min=* | -mmacos-version-min=*) continue ;;
    esac
    set -- "\$@" "\$argument"
done
exec "$cross/zig/ziglang/zig" cc -target ${pair#*=} -fno-sanitize=all "\$@"
END
    done
    program cc-windows-x86_64 <<'END'
#!/bin/sh
exec x86_64-w64-mingw32ucrt-gcc "$@"
END
    # rustc asks for it by this name, whichever C library it is for.
    program x86_64-w64-mingw32-dlltool <<'END'
#!/bin/sh
exec x86_64-w64-mingw32ucrt-dlltool "$@"
END
    # Names of libSystem's symbols, to link against. lld takes no stub that names kinds of processor which it does not know.
    sed -e 's/arm64e-macos/arm64-macos/g' -e 's/,\{0,1\} *arm64e[.a-z0-9]*-mac[a-z]*//g' -e 's/,\{0,1\} *[a-z0-9_]*-maccatalyst//g' \
        "$cross/zig/ziglang/lib/libc/darwin/libSystem.tbd" >"$cross/macos/usr/lib/libSystem.tbd"
}

make_headers() {
    for system in linux windows macos; do
        for series in $WS_SERIES $WS_EXPECTED; do
            folder=$cross/headers/$system-$series
            if [ -f "$folder/made" ] && cmp -s scripts/headers/Cargo.lock "$folder/made"; then continue; fi
            rm -rf -- "$folder"
            scripts/host-headers.sh "$series" "$folder" "$system"
            cp -- scripts/headers/Cargo.lock "$folder/made"
        done
    done
}

# Every crate that Cargo.lock names, and those of the standard library, in a folder that the tools' own cargo reads.
fetch_crates() {
    mkdir -p "$cross/cargo"
    for manifest in Cargo.toml "$root"/usr/src/rustc-*/library/Cargo.toml; do
        # The standard library's manifest has what is not yet stable.
        CARGO_HOME=$cross/cargo RUSTC_BOOTSTRAP=1 cargo fetch --quiet --locked --offline --manifest-path "$manifest" 2>/dev/null ||
            CARGO_HOME=$cross/cargo RUSTC_BOOTSTRAP=1 cargo fetch --quiet --locked --manifest-path "$manifest" >&2 ||
            ws_die "the crates that $manifest wants could not be fetched; is crates.io reachable?"
    done
}

make_tools() {
    scripts/setup.sh debootstrap=debootstrap unshare=util-linux python3=python3
    make_root
    wheel scripts/cross/zig.txt "$cross/zig" --platform manylinux_2_12_x86_64
    wheel scripts/cross/glib.txt "$cross/glib-windows" --platform win_amd64
    make_compilers
    make_headers
    fetch_crates
}

# ---- building

# rust TARGET TRIPLE SYSTEM: one file, made by the tools' cargo in their own system
rust() {
    variable=$(printf '%s' "$2" | tr 'a-z-' 'A-Z_')
    under=$(printf '%s' "$2" | tr - _)
    separator=$(printf '\037')
    flags=--remap-path-prefix=$top=/synfin$separator--remap-path-prefix=$cross/cargo=/cargo
    # zig and lld remark on options of rustc's that they need not.
    case $1 in windows-*) ;; *) flags=-Alinker_messages$separator$flags ;; esac
    # On macOS the linker strips: what is done to the file later breaks its signature.
    case $1 in macos-*) strip=none ;; *) strip=debuginfo ;; esac
    # bindgen reads synfin.h alone, which needs no C library: -ffreestanding keeps it from looking into this machine's.
    env -i HOME="$cross" PATH="/usr/sbin:/usr/bin:/sbin:/bin:$cross/bin" LC_ALL=C.UTF-8 TMPDIR=/tmp CARGO_HOME="$cross/cargo" \
        CARGO_TARGET_DIR="$top/target/cross" CARGO_NET_OFFLINE=true RUSTC_BOOTSTRAP=1 \
        CARGO_PROFILE_RELEASE_STRIP="$strip" CARGO_ENCODED_RUSTFLAGS="$flags" SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" \
        "CARGO_TARGET_${variable}_LINKER=$top/scripts/cross/link-plugin.sh" SYNFIN_LINK="$1" SYNFIN_CROSS_DIR="$cross" \
        "CC_$under=$cross/bin/cc-$1" "CFLAGS_$under='-ffile-prefix-map=$top=/synfin' '-ffile-prefix-map=$cross=/cross'" CC_SHELL_ESCAPED_FLAGS=1 \
        BINDGEN_EXTRA_CLANG_ARGS=-ffreestanding AR=llvm-ar MACOSX_DEPLOYMENT_TARGET=11.0 SDKROOT="$cross/macos" \
        SYNFIN_HEADERS="$cross/headers/$3-4.0" \
        scripts/chroot-run.sh "$root" cargo build --quiet --release --locked --lib --target "$2" -Zbuild-std=std,panic_unwind >&2
    # zig leaves an empty file where it is only asked what it is.
    [ -s a.o ] || rm -f -- a.o
}

build() { # TARGET
    case $1 in
        linux-aarch64)
            rust linux-aarch64 aarch64-unknown-linux-gnu linux
            ws_say "$top/target/cross/aarch64-unknown-linux-gnu/release/libsynfin.so"
            ;;
        windows-x86_64)
            rust windows-x86_64 x86_64-pc-windows-gnu windows
            ws_say "$top/target/cross/x86_64-pc-windows-gnu/release/synfin.dll"
            ;;
        macos)
            rust macos-aarch64 aarch64-apple-darwin macos
            rust macos-x86_64 x86_64-apple-darwin macos
            scripts/chroot-run.sh "$root" llvm-lipo -create -output "$top/target/cross/libsynfin-macos.so" \
                "$top/target/cross/aarch64-apple-darwin/release/libsynfin.dylib" \
                "$top/target/cross/x86_64-apple-darwin/release/libsynfin.dylib"
            ws_say "$top/target/cross/libsynfin-macos.so"
            ;;
        *) ws_die "no target \"$1\"; there are linux-aarch64, windows-x86_64, macos, all" ;;
    esac
}

[ "$#" -gt 0 ] || ws_die "name a target: linux-aarch64, windows-x86_64, macos, all"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
make_tools
if [ "$1" = --make ]; then exit 0; fi
[ "$1" != all ] || set -- linux-aarch64 windows-x86_64 macos
mkdir -p target/cross
for target; do build "$target"; done
