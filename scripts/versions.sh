#!/bin/sh
# One plugin file, every Wireshark: holds plugin-c against each series' headers, installs the very same file in each, and
# runs the end-to-end and robustness tests there; then the file alone against hosts of other versions, and the release
# archive and package. A series that this machine does not have is taken from its Debian release, in a folder
# made once and kept (.versions/, or SYNFIN_VERSIONS_DIR).
#
#   versions.sh            every series of scripts/series.tsv
#   versions.sh 4.4 ...    these alone
#   versions.sh --make     make the folders and the commands in .versions/bin, and test nothing
#
# The file is the one that make dist ships (scripts/release-build.sh), or SYNFIN_PLUGIN. SYNFIN_E2E=e2e_output runs that
# end-to-end test alone.
set -eu

cd "$(dirname "$0")/.."
WS_ME=test-versions
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

versions=${SYNFIN_VERSIONS_DIR:-$PWD/.versions}
case $versions in /*) ;; *) versions=$PWD/$versions ;; esac
packages=tshark,wireshark-common,libwireshark-dev,libglib2.0-dev,gcc,pkgconf,libc6-dev

release_of() { # SERIES
    ws_column "$1" 2 || ws_die "no Debian release is known to have Wireshark $1; scripts/series.tsv names some for $WS_SERIES"
}

works() { # ROOT
    as_root chroot "$1" tshark --version >/dev/null 2>&1
}

make_root() { # SERIES ROOT
    ws_say "Wireshark $1: fetching Debian $(release_of "$1") into $2 (once; about a minute)"
    debian_make "$(release_of "$1")" "$2" "$packages" "$versions/$(release_of "$1").log" works
}

# Commands of that series, usable like any program: they take this machine's files.
make_commands() { # SERIES ROOT
    mkdir -p "$versions/bin"
    # A copy, so that the commands outlive the clone that made them when the folder is shared.
    cp -- scripts/chroot-run.sh "$versions/bin/.run.$$"
    mv -f -- "$versions/bin/.run.$$" "$versions/bin/.run"
    for name in tshark sharkd editcap mergecap capinfos reordercap; do
        command=$versions/bin/$name-$1
        printf '#!/bin/sh\nexec "%s" "%s" %s "$@"\n' "$versions/bin/.run" "$2" "$name" >"$command.$$"
        chmod +x "$command.$$"
        mv -f -- "$command.$$" "$command"
    done
}

on_this_machine() { # SERIES
    command -v tshark >/dev/null 2>&1 && [ "$(ws_series "$(ws_version tshark)")" = "$1" ]
}

prepare() { # SERIES: sets root ("" when this machine has it)
    if on_this_machine "$1"; then
        root=
        return 0
    fi
    root=$versions/$(release_of "$1")
    if [ ! -d "$root" ] || ! works "$root"; then make_root "$1" "$root"; fi
    debian_drop_broken_plugins "$root"
    make_commands "$1" "$root"
    found=$(ws_version "$versions/bin/tshark-$1")
    [ "$(ws_series "$found")" = "$1" ] ||
        ws_die "$root holds Wireshark $found, not $1: Debian $(release_of "$1") has moved on; remove the folder, and see scripts/series.tsv"
}

# shellcheck disable=SC2016 # run elsewhere, expanded there
compile_shim='for file in plugin-c/*.c; do
    cc -std=c11 -fsyntax-only -Wall -Wextra -Werror -Iplugin-c $(pkg-config --cflags wireshark) "$file" || exit 1
done'

# The shim's sources and the installer are all that goes in: no path of this machine, so it works without mounts too.
install_in() { # ROOT
    inside=/tmp/synfin-$$
    # shellcheck disable=SC2064 # the folder of this call
    trap "as_root rm -rf -- '$1$inside'" EXIT
    as_root mkdir -p "$1$inside" &&
        as_root cp -R -- plugin-c scripts/install.sh scripts/wireshark.sh scripts/series.tsv "$1$inside/" &&
        as_root cp -- "$plugin" "$1$inside/synfin.so" &&
        as_root chroot "$1" env -C "$inside" sh -c "$compile_shim" &&
        as_root chroot "$1" env -C "$inside" HOME=/root sh ./install.sh
}

# Every step says && itself: inside a condition the shell does not stop at a failure.
check() { # SERIES
    if [ -n "$root" ]; then
        program=$versions/bin/tshark-$1
        sharkd=$versions/bin/sharkd-$1
        install_in "$root" || return 1
    else
        program=$(command -v tshark)
        sharkd=$(command -v sharkd || true)
        sh -c "$compile_shim" && TSHARK=$program scripts/install.sh "$plugin" || return 1
    fi
    # A folder of further captures is for this machine's Wireshark: starting another one hundreds of times takes long.
    if [ -n "$root" ]; then unset SYNFIN_CAPTURES; fi
    # Every end-to-end test there is: cargo finds them by their names.
    SYNFIN_TSHARK=$program SYNFIN_SHARKD=$sharkd cargo test --release --locked --test "${SYNFIN_E2E:-e2e_*}" || return 1
    # The command without Wireshark numbers streams as this one does.
    SYNFIN_TSHARK=$program cargo test --release --locked --package synfin-cli --test agreement --test layers --test streams || return 1
    # Damaged captures, with the very file that is tested; make test-robust has more, for this machine's Wireshark.
    python3 tests/robust/damaged.py "${SYNFIN_DAMAGED:-200}" 1 ${root:+--root "$root"} --plugin "$plugin" tests/captures
}

# Folders with the headers of the series that no Debian release here has, one a line: sets headers.
fetch_headers() { # SERIES...
    headers=
    for series in "$@"; do
        cargo xtask host headers "$series" "$versions/headers/$series" || return 1
        headers="$headers${headers:+
}$versions/headers/$series"
    done
}

# The table of host versions must be what these headers say; and where headers are a bundle's, its bundles of the other
# series must say what those series' own say. The shim compiles against the bundle as against the others.
check_layout() { # SERIES...
    # shellcheck disable=SC2086 # series, split on purpose
    fetch_headers $WS_SERIES $WS_EXPECTED || return 1
    (
        IFS='
'
        # shellcheck disable=SC2086 # folders, split on purpose
        cargo xtask host layout --check $headers
    ) || return 1
    # shellcheck disable=SC2086 # series, split on purpose
    fetch_headers $WS_EXPECTED || return 1
    for series in $WS_EXPECTED; do
        for file in plugin-c/*.c; do
            cc -std=c11 -fsyntax-only -Wall -Wextra -Werror -Iplugin-c \
                -isystem "$versions/headers/$series/usr/include/wireshark" "$file" || return 1
        done
        set -- "$@" "$series"
    done
    for series in "$@"; do
        shift
        case " $WS_EXPECTED " in *" $series "*) set -- "$@" "$versions/headers/$series"; continue ;; esac
        if on_this_machine "$series"; then set -- "$@" /; else set -- "$@" "$versions/$(release_of "$series")"; fi
    done
    cargo xtask host layout --check "$@" && cargo xtask host prototypes "$@"
}

# The archive and the package, in the systems that are not this one.
check_release() {
    log=$versions/test-release.log
    if ! SYNFIN_DIST=linux scripts/dist.sh >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log"
        return 1
    fi
    for series in $WS_SERIES; do
        if on_this_machine "$series"; then continue; fi
        scripts/test-dist.sh "$versions/$(release_of "$series")" </dev/null || return 1
    done
}

make_only=0
if [ "${1:-}" = --make ]; then
    make_only=1
    shift
fi
# shellcheck disable=SC2086 # series, split on purpose
[ "$#" -gt 0 ] || set -- $WS_SERIES
if [ "$make_only" = 0 ]; then
    # The bytes that are released, not merely the same source.
    plugin=${SYNFIN_PLUGIN:-$(scripts/release-build.sh)}
    [ -f "$plugin" ] || ws_die "no plugin file $plugin; set SYNFIN_PLUGIN to one, or leave it unset to have it built"
    sum=$(sha256sum "$plugin" | cut -d' ' -f1)
fi

lines=
failed=0
wanted=$*
for series in "$@"; do
    prepare "$series"
    if [ "$make_only" = 1 ]; then continue; fi
    log=$versions/test-$series.log
    mkdir -p "$versions"
    if (check "$series") >"$log" 2>&1 </dev/null; then
        passed=$(awk '/^test result: ok/ { n += $4 } END { print n + 0 }' "$log")
        verdict="ok, $passed end-to-end tests passed"
        [ "$passed" -gt 0 ] || { verdict="FAILED: no end-to-end test ran"; failed=1; }
    else
        failed=1
        verdict="FAILED, see above and $log"
        tail -n 60 "$log"
    fi
    if [ -n "$root" ]; then version=$(ws_version "$versions/bin/tshark-$series"); else version=$(ws_version tshark); fi
    line="Wireshark $version: $verdict (plugin SHA-256 $sum)"
    ws_say "$line"
    lines=$lines${lines:+, }$version
    [ "$(sha256sum "$plugin" | cut -d' ' -f1)" = "$sum" ] || ws_die "the plugin file changed while it was tested; run this again"
done
# What concerns the file and all series at once.
if [ "$make_only" = 0 ] && [ "$wanted" = "$WS_SERIES" ]; then
    scripts/test-plugin.sh "$plugin" || failed=1
    # shellcheck disable=SC2086 # series, split on purpose
    check_layout $wanted || failed=1
    check_release || failed=1
fi
if [ "$make_only" = 0 ] && [ "$failed" = 0 ]; then ws_say "One file, $# series ($lines): the same file was copied to each, nothing else"; fi
exit "$failed"
