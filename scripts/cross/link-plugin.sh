#!/bin/sh
# link-plugin.sh: what rustc calls in place of a linker for another system (cargo xtask cross). It passes rustc's arguments on, but
# for two things. Of the symbols that rustc would export only those that Wireshark reads are: the others would be anybody's
# to call. And each tool chain wants some of the arguments in other words.
#
#   SYNFIN_LINK: linux-aarch64, windows-x86_64, macos-aarch64 or macos-x86_64; SYNFIN_CROSS_DIR: the tools
#
# Copyright (C) 2026 the synfin authors
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

exported="plugin_describe plugin_register plugin_version plugin_want_major plugin_want_minor"
cross=$SYNFIN_CROSS_DIR

# Build scripts and procedural macros are linked by the machine's own compiler: this is for the plugin alone.
for argument; do
    shift
    case $SYNFIN_LINK:$argument in
        windows-*:*.def)
            { echo EXPORTS; for name in $exported; do echo "    $name"; done; } >"${argument#-Wl,}"
            ;;
        linux-*:-Wl,--version-script=*)
            { echo '{ global:'; for name in $exported; do echo "$name;"; done; echo 'local: *; };'; } >"${argument#*=}"
            ;;
        # The list that follows -Wl,-exported_symbols_list.
        macos-*:-Wl,/*/list | macos-*:-Wl,-exported_symbols_list,*)
            for name in $exported; do echo "_$name"; done >"${argument##*,}"
            ;;
        # The unwinder of zig, linked into the file.
        linux-*:-lgcc_s) argument=-lunwind ;;
        # All that the system has is in libSystem.
        macos-*:-liconv | macos-*:-lc | macos-*:-lm) continue ;;
    esac
    set -- "$@" "$argument"
done

# Debug information is stripped here, not by rustc: on macOS what is done to the file later breaks its signature.
case $SYNFIN_LINK in
    linux-aarch64) exec "$cross/bin/cc-linux-aarch64" "$@" -Wl,--strip-debug ;;
    windows-x86_64) exec "$cross/bin/cc-windows-x86_64" "$@" -static-libgcc -Wl,--strip-debug -Wl,--no-insert-timestamp \
            -lmingwex -lmsvcrt -lkernel32 ;;
    macos-*)
        architecture=${SYNFIN_LINK#macos-}
        [ "$architecture" != aarch64 ] || architecture=arm64
        exec clang --target="$architecture-apple-macos11.0" -fuse-ld=lld -nostdlib -isysroot "$cross/macos" \
            -Wl,-platform_version,macos,11.0,11.0 -Wl,-adhoc_codesign -Wl,-S \
            -Wl,-install_name,synfin.so "$@" -lSystem
        ;;
    *) echo "link-plugin.sh: SYNFIN_LINK is \"$SYNFIN_LINK\"" >&2; exit 1 ;;
esac
