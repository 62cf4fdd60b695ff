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
# Unpacked, not configured: a shell and what its commands need are named too.
packages=base-files,dash,coreutils,libc-bin,gcc,libc6-dev,rustc,cargo,rust-src,gcc-mingw-w64-ucrt64,clang,lld,llvm,libclang-dev

# What each target is called here, by rustc and by zig.
targets='linux-aarch64:aarch64-unknown-linux-gnu:aarch64-linux-gnu.2.31
macos-aarch64:aarch64-apple-darwin:aarch64-macos.11.0
macos-x86_64:x86_64-apple-darwin:x86_64-macos.11.0
windows-x86_64:x86_64-pc-windows-gnu:'
triple() { printf '%s\n' "$targets" | sed -n "s/^$1:\([^:]*\):.*/\1/p"; } # TARGET

# ---- the tools

has_tools() { # ROOT
    for file in bin/cargo bin/x86_64-w64-mingw32ucrt-gcc bin/ld64.lld bin/llvm-lipo lib/rustlib/src/rust/library/std/Cargo.toml; do
        [ -e "$1/usr/$file" ] || return 1
    done
    as_root chroot "$1" rustc --version >/dev/null 2>&1
}

make_root() {
    if has_tools "$root"; then return 0; fi
    ws_say "cross: fetching Debian sid's Rust and mingw-w64 into $root (once; a minute)" >&2
    debian_unpack sid "$root" "$packages" "$cross/sid.log" has_tools >&2
}

has_wheel() { [ -f "$2/made" ] && cmp -s "$1" "$2/made"; } # LIST FOLDER

# wheel LIST FOLDER [OPTION...]: the package of PyPI that a list names with its checksum, unpacked
wheel() {
    if has_wheel "$1" "$2"; then return 0; fi
    list=$1
    folder=$2
    shift 2
    ws_say "cross: fetching $(sed -n 's/ --hash.*//p' "$list") from PyPI into $folder (once)" >&2
    making=$(mktemp -d "$cross/making.$$.XXXXXX")
    # A file that came wrong is fetched once more, too.
    for attempt in 1 2 3; do
        if "$python" -m pip download --quiet --disable-pip-version-check --retries 10 --no-cache-dir --no-deps --only-binary=:all: \
            --require-hashes "$@" -d "$making" -r "$list" >&2; then break; fi
        [ "$attempt" != 3 ] || ws_die "PyPI did not give what $list names; check the network, then run this again"
        sleep 5
    done
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

# A compiler and a linker for each system, under one name each. zig's own checks of undefined behaviour want a library of its own.
# None of these files names the folder that it lies in: that may be moved.
make_compilers() {
    mkdir -p "$cross/bin" "$cross/macos/usr/lib"
    chmod +x "$cross/zig/ziglang/zig"
    printf '%s\n' "$targets" | while IFS=: read -r name _ zig; do
        program "link-$name" <<END
#!/bin/sh
SYNFIN_LINK=$name exec "\$SYNFIN_LINKER" "\$@"
END
        [ -n "$zig" ] || continue
        program "cc-$name" <<END
#!/bin/sh
cross=\${0%/*}/..
ZIG_GLOBAL_CACHE_DIR="\$cross/zig-cache" ZIG_LOCAL_CACHE_DIR="\$cross/zig-cache"
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
# The system is named here, in zig's words; the others' words for it are dropped.
for argument; do
    shift
    case \$argument in
        --target=* | -mmacosx-version-min=* | -mmacos-version-min=*) continue ;;
    esac
    set -- "\$@" "\$argument"
done
exec "\$cross/zig/ziglang/zig" cc -target $zig -fno-sanitize=all "\$@"
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
            if [ -f "$folder/made" ] && cat scripts/headers/Cargo.lock xtask/src/host/headers.rs | cmp -s - "$folder/made"; then continue; fi
            rm -rf -- "$folder"
            cargo xtask host headers "$series" "$folder" "$system" >&2
            cat scripts/headers/Cargo.lock xtask/src/host/headers.rs >"$folder/made"
        done
    done
}

# Every crate that Cargo.lock names, and those of the standard library, in a folder that the tools' own cargo reads.
fetch_crates() {
    mkdir -p "$cross/cargo"
    for manifest in "$@"; do
        # The standard library's manifest has what is not yet stable.
        CARGO_HOME=$cross/cargo RUSTC_BOOTSTRAP=1 cargo fetch --quiet --locked --offline --manifest-path "$manifest" 2>/dev/null ||
            CARGO_HOME=$cross/cargo RUSTC_BOOTSTRAP=1 CARGO_NET_RETRY=10 cargo fetch --quiet --locked --manifest-path "$manifest" >&2 ||
            ws_die "the crates that $manifest wants could not be fetched; is crates.io reachable?"
    done
}

# in_tools FOLDER COMMAND...: the tools' cargo, in their own system, which has no network
in_tools() {
    target=$1
    shift
    env -i HOME="$cross" PATH="/usr/sbin:/usr/bin:/sbin:/bin:$cross/bin" LC_ALL=C.UTF-8 TMPDIR=/tmp CARGO_HOME="$cross/cargo" \
        CARGO_TARGET_DIR="$target" CARGO_NET_OFFLINE=true CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=gcc "$@"
}

# Rust's standard library for each target, from its source: Debian has it for its own systems alone. Made once, and put where
# rustc looks. The bitcode is for the plugin's link-time optimization, as in the library that rustup brings.
make_std() {
    if [ -f "$root/usr/lib/rustlib/synfin-std" ]; then return 0; fi
    fetch_crates "$root"/usr/src/rustc-*/library/Cargo.toml
    ws_say "cross: compiling Rust's standard library for $(printf '%s\n' "$targets" | grep -c .) targets (once; some minutes)" >&2
    making=$(mktemp -d "$cross/making.$$.XXXXXX")
    mkdir "$making/src"
    printf '[workspace]\n[package]\nname = "nothing"\nedition = "2024"\n[profile.release]\ncodegen-units = 2\n' >"$making/Cargo.toml"
    echo '#![no_std]' >"$making/src/lib.rs"
    printf 'version = 4\n\n[[package]]\nname = "nothing"\nversion = "0.0.0"\n' >"$making/Cargo.lock"
    separator=$(printf '\037')
    # shellcheck disable=SC2046 # words, split on purpose
    in_tools "$making/target" RUSTC_BOOTSTRAP=1 \
        CARGO_ENCODED_RUSTFLAGS="-Cembed-bitcode=yes$separator--remap-path-prefix=$cross/cargo=/cargo$separator--remap-path-prefix=$making=/std" \
        scripts/chroot-run.sh "$root" cargo build --quiet --release --manifest-path "$making/Cargo.toml" -Zbuild-std=std,panic_unwind \
        $(printf '%s\n' "$targets" | sed 's/^[^:]*:\([^:]*\):.*/--target \1/') >&2 || ws_die "the standard library does not compile"
    printf '%s\n' "$targets" | while IFS=: read -r _ name _; do
        as_root mkdir -p "$root/usr/lib/rustlib/$name/lib"
        as_root cp -- "$making/target/$name/release/deps"/lib*.rlib "$root/usr/lib/rustlib/$name/lib/"
        as_root rm -f -- "$root/usr/lib/rustlib/$name/lib"/libnothing*
    done
    as_root touch "$root/usr/lib/rustlib/synfin-std"
    rm -rf -- "$making"
}

make_tools() {
    trap 'rm -rf -- "$cross"/making.$$.*' EXIT
    scripts/setup.sh mmdebstrap=mmdebstrap unshare=util-linux python3=python3
    if ! has_wheel scripts/cross/zig.txt "$cross/zig" || ! has_wheel scripts/cross/glib.txt "$cross/glib-windows"; then
        python=$(scripts/python.sh pip)
    fi
    # Beside each other: each of these waits for the network.
    make_root &
    root_made=$!
    wheel scripts/cross/zig.txt "$cross/zig" --platform manylinux_2_12_x86_64 &
    zig_made=$!
    wheel scripts/cross/glib.txt "$cross/glib-windows" --platform win_amd64 &
    glib_made=$!
    fetch_crates Cargo.toml
    make_headers
    wait "$root_made" && wait "$zig_made" && wait "$glib_made" || exit 1
    make_compilers
    make_std
}

# ---- building

# rust PACKAGE TARGET...: its files for them, made by the tools' cargo in their own system, in one run
rust() {
    package=$1
    shift
    separator=$(printf '\037')
    # zig and lld remark on options of rustc's that they need not.
    flags=--remap-path-prefix=$top=/synfin$separator--remap-path-prefix=$cross/cargo=/cargo$separator-Alinker_messages
    arguments=
    for name; do
        shift
        arguments="$arguments --target $(triple "$name")"
        under=$(triple "$name" | tr - _)
        set -- "$@" "CARGO_TARGET_$(printf '%s' "$under" | tr '[:lower:]' '[:upper:]')_LINKER=$cross/bin/link-$name" "CC_$under=$cross/bin/cc-$name" \
            "CFLAGS_$under='-ffile-prefix-map=$top=/synfin' '-ffile-prefix-map=$cross=/cross'"
    done
    # bindgen reads synfin.h alone, which needs no C library: -ffreestanding keeps it from looking into this machine's.
    # What is stripped is the linker's work (scripts/cross/link-plugin.sh).
    # shellcheck disable=SC2086 # cargo's arguments, split on purpose
    in_tools "$top/target/cross" "$@" CARGO_PROFILE_RELEASE_STRIP=none "CARGO_ENCODED_RUSTFLAGS=$flags" \
        "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" "SYNFIN_LINKER=$top/scripts/cross/link-plugin.sh" "SYNFIN_CROSS_DIR=$cross" \
        CC_SHELL_ESCAPED_FLAGS=1 BINDGEN_EXTRA_CLANG_ARGS=-ffreestanding AR=llvm-ar MACOSX_DEPLOYMENT_TARGET=11.0 \
        "SDKROOT=$cross/macos" "SYNFIN_HEADERS=$cross/headers/{os}-4.0" \
        scripts/chroot-run.sh "$root" cargo build --quiet --release --locked --package "$package" --lib $arguments >&2
    # zig leaves an empty file where it is only asked what it is.
    [ -s a.o ] || rm -f -- a.o
}

# The file of a target, which rust has made; for macOS of both.
print_file() { # TARGET
    made=$top/target/cross
    case $1 in
        linux-aarch64) ws_say "$made/aarch64-unknown-linux-gnu/release/libsynfin.so" ;;
        windows-x86_64) ws_say "$made/x86_64-pc-windows-gnu/release/synfin.dll" ;;
        macos)
            scripts/chroot-run.sh "$root" llvm-lipo -create -output "$made/libsynfin-macos.so" \
                "$made/aarch64-apple-darwin/release/libsynfin.dylib" "$made/x86_64-apple-darwin/release/libsynfin.dylib"
            ws_say "$made/libsynfin-macos.so"
            ;;
    esac
}

[ "$#" -gt 0 ] || ws_die "name a target: linux-aarch64, windows-x86_64, macos, all"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
[ "$1" = --make ] || [ "$1" != all ] || set -- linux-aarch64 windows-x86_64 macos
wanted=
for target; do
    case $target in
        linux-aarch64 | windows-x86_64) wanted="$wanted $target" ;;
        macos) wanted="$wanted macos-aarch64 macos-x86_64" ;;
        --make) ;;
        *) ws_die "no target \"$target\"; there are linux-aarch64, windows-x86_64, macos, all" ;;
    esac
done
make_tools
if [ "$1" = --make ]; then exit 0; fi
mkdir -p target/cross
# shellcheck disable=SC2086 # targets, split on purpose
rust synfin $wanted
for target; do print_file "$target"; done
