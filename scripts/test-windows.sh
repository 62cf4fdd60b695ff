#!/bin/sh
# The plugin for Windows, run: no real Wireshark for Windows is in reach, so tests/windows stands in for it, a libwireshark.dll
# compiled with the headers of each series for Windows, under wine, with a real glib. The same stand-in compiled for Linux runs
# the plugin for Linux on the same captures, and the two must print the same, byte by byte; and the connection log that the
# stand-in prints must be that of this machine's tshark.
#
#   test-windows.sh [SERIES...]     all of scripts/series.tsv without arguments
#
# SYNFIN_PLUGIN, SYNFIN_DLL (optional): the files for Linux and Windows to test.
set -eu

cd "$(dirname "$0")/.."
WS_ME=test-windows
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

scripts/setup.sh /usr/lib/wine/wine64=wine64 python3=python3 objdump=binutils
cross=${SYNFIN_CROSS_DIR:-$PWD/.cross}
dll=${SYNFIN_DLL:-$(scripts/cross.sh windows-x86_64)}
plugin=${SYNFIN_PLUGIN:-$(scripts/release-build.sh)}
cross=$(cd -P "$cross" && pwd)
# shellcheck disable=SC2086 # series, split on purpose
[ "$#" -gt 0 ] || set -- $WS_SERIES $WS_EXPECTED

work=$(mktemp -d "${TMPDIR:-/tmp}/synfin-windows.XXXXXX")
WINEPREFIX=$cross/wine
WINEDEBUG=-all
WINEDLLOVERRIDES=mscoree,mshtml=
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
wine() { LC_ALL=C.UTF-8 /usr/lib/wine/wine64 "$@" </dev/null; }
finish() {
    /usr/lib/wine/wineserver -k 2>/dev/null || true
    rm -rf -- "$work"
}
trap finish EXIT

passed=0
failed=0
fail() {
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$*" >&2
}
# check TITLE EXPECTED ACTUAL
check() {
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else fail "$1: expected \"$2\", found \"$3\""; fi
}
# same TITLE FILE FILE: and not empty
same() {
    if [ -s "$2" ] && cmp -s "$2" "$3"; then
        passed=$((passed + 1))
    else
        fail "$1: not the same:"
        diff "$2" "$3" | head -n 10 >&2 || true
    fi
}

in_tools() { scripts/chroot-run.sh "$cross/sid" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }

# ---- the file alone

in_tools x86_64-w64-mingw32ucrt-objdump -p "$dll" >"$work/headers"
check "what the DLL exports" "plugin_describe plugin_register plugin_version plugin_want_major plugin_want_minor" \
    "$(sed -n 's/.*\] +base\[ *[0-9]*\]  [0-9a-f]* \([a-z_]*\)$/\1/p' "$work/headers" | sort | xargs)"
check "libraries that not every Windows has" "" \
    "$(sed -n 's/.*DLL Name: //p' "$work/headers" | grep -v -i -E '^(kernel32|ntdll|userenv|ws2_32|bcryptprimitives)\.dll$|^api-ms-win-' || true)"
check "the C library is UCRT" yes "$(grep -q 'DLL Name: api-ms-win-crt-stdio' "$work/headers" && echo yes)"
check "no date is in the file" yes "$(grep -q '^Time/Date.*1970' "$work/headers" && echo yes)"
check "the version that the file carries" "$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)" \
    "$(ws_file_version "$dll")"

# The table of host facts, as the compiler finds it in each series' headers for Windows.
facts_of() { # SYSTEM
    folders=
    for named in $WS_SERIES $WS_EXPECTED; do folders="$folders $cross/headers/$1-$named"; done
    # shellcheck disable=SC2086 # folders, split on purpose
    WINDOWS_CC="scripts/chroot-run.sh $cross/sid x86_64-w64-mingw32ucrt-gcc" cargo xtask host layout --check $folders
}
check "the table of host facts for Windows" yes "$(if facts_of windows >"$work/said" 2>&1; then echo yes; else cat "$work/said"; fi)"

# ---- the stand-in

# The structs that the IP dissectors hand on: their header is in no bundle.
{
    echo '#include <epan/packet.h>'
    sed -n '/^typedef struct _ws_ip[46]/,/^} ws_ip[46];/p' \
        "$(pkg-config --variable=includedir wireshark)/wireshark/epan/dissectors/packet-ip.h"
} >"$work/packet-ip.h"

glib_used='g_malloc g_malloc0 g_realloc g_free g_strdup g_strconcat g_getenv g_string_new g_string_free'
flags="-std=gnu11 -O1 -Wall -Wextra -Werror -DWS_BUILD_DLL -Itests/windows -I$work"

# for_linux SERIES
for_linux() {
    # shellcheck disable=SC2086,SC2046 # flags, split on purpose
    cc $flags -isystem "$cross/headers/linux-$1/usr/include/wireshark" tests/windows/*.c -o "$work/host-$1" -rdynamic \
        $(pkg-config --libs glib-2.0) -ldl
}

# definitions LIBRARY NAME...: a library's list of what it exports
definitions() {
    printf 'LIBRARY "%s"\nEXPORTS\n' "$1"
    shift
    printf '%s\n' "$@"
}

# for_windows SERIES FOLDER [LACKING]: program.exe and the libraries. What the headers say to be exported is; without the
# function that is named, which has another name then.
for_windows() {
    lib=$work/lib
    rm -rf -- "$lib"
    mkdir -p "$2" "$lib"
    # shellcheck disable=SC2086 # names, split on purpose
    definitions glib-2.0-0.dll $glib_used >"$lib/glib.def"
    definitions libwsutil.dll get_persconffile_path pool_bytes pool_clear pool_text >"$lib/wsutil.def"
    # The flow graphs' header is not installed.
    definitions libwireshark.dll stand_in_main register_seq_analysis sequence_analysis_find_by_name \
        sequence_analysis_get_packet_func >"$lib/wireshark.def"
    cat >"$lib/build.sh" <<END
set -e
cc=x86_64-w64-mingw32ucrt-gcc
flags="$flags ${3:+-D$3=lacking_$3} -isystem $cross/headers/windows-$1/usr/include/wireshark"
x86_64-w64-mingw32ucrt-dlltool -d '$lib/glib.def' -l '$lib/libglib.a'
\$cc \$flags -shared tests/windows/wsutil.c '$lib/wsutil.def' -o '$2/libwsutil.dll' -Wl,--out-implib,'$lib/libwsutil.a' -static-libgcc '$lib/libglib.a'
\$cc \$flags -shared tests/windows/columns.c tests/windows/main.c tests/windows/packets.c tests/windows/registry.c \\
    tests/windows/statistics.c tests/windows/taps.c tests/windows/tree.c '$lib/wireshark.def' -o '$2/libwireshark.dll' \\
    -Wl,--out-implib,'$lib/libwireshark.a' -static-libgcc '$lib/libwsutil.a' '$lib/libglib.a'
\$cc \$flags tests/windows/program.c -o '$2/program.exe' -static-libgcc '$lib/libwireshark.a' -lshell32
\$cc -O1 -Wall -Wextra -Werror -shared tests/windows/wine/prng.c -o '$2/bcryptprimitives.dll' -static-libgcc -ladvapi32
END
    in_tools sh "$lib/build.sh" || ws_die "the stand-in of $1 for Windows does not compile"
    for library in glib-2.0-0 intl-8 pcre2-8-0; do
        cp -- "$(find "$cross/glib-windows" -name "$library.dll" | head -n 1)" "$2/"
    done
    # A wine that has its own is given no other.
    if find /usr/lib -path '*/wine/*' -name bcryptprimitives.dll | grep -q .; then rm -f -- "$2/bcryptprimitives.dll"; fi
}

# ---- running

statistics='-z synfin,jsonl -z synfin,tree -z synfin,conn -z synfin,servers -z synfin,report -z flow,synfin'
fields='-e synfin.step -e synfin.conn.explain -e synfin.reset.cause -e synfin.expert.refused'

linux() { "$work/host-$series" "$plugin" "$@"; }
# Wireshark's own paths are absolute. wine takes Linux's for the captures, and makes Windows' of them.
windows() { (cd "$folder" && wine program.exe "$dll_there" "$@"); }
there() { wine winepath -w "$1" 2>/dev/null | tr -d '\r'; }

# both TITLE [ARGUMENT...]: the two print the same, and say the same besides
both() {
    title="$series: $1"
    shift
    linux "$@" >"$work/linux.txt" 2>"$work/linux.err" || fail "$title: status $? on Linux"
    windows "$@" >"$work/windows.txt" 2>"$work/windows.err" || fail "$title: status $? on Windows"
    same "$title" "$work/linux.txt" "$work/windows.txt"
    tr -d '\r' <"$work/windows.err" >"$work/windows.said"
    if cmp -s "$work/linux.err" "$work/windows.said"; then passed=$((passed + 1)); else fail "$title: stderr is not the same"; fi
}

# declines TITLE STATUS TEXT [ARGUMENT...]: on Windows, in one line
declines() {
    title="$series: $1"
    wanted=$2
    text=$3
    shift 3
    status=0
    windows "$@" >"$work/said" 2>&1 || status=$?
    said=$(tr -d '\r' <"$work/said")
    check "$title: status" "$wanted" "$status"
    check "$title: what it says" yes "$(case $said in *"$text"*) echo yes ;; *) echo "$said" ;; esac)"
    check "$title: lines" 1 "$(printf '%s\n' "$said" | grep -c -v '^stand-in: ')"
}

# A language of Windows' own, for wine, which takes it from a locale of this machine.
make_locale() {
    scripts/setup.sh /usr/share/i18n/locales/zh_CN=locales localedef=libc-bin
    mkdir -p "$work/locale"
    localedef -i zh_CN -f UTF-8 "$work/locale/zh_CN.UTF-8" >/dev/null 2>&1 || true
    [ -d "$work/locale/zh_CN.UTF-8" ] || ws_die "localedef makes no Chinese locale"
}

# The preferences and the language, where a statistic and a tree show what they do.
test_settings() {
    first=$top/tests/captures/three_segment_close.pcap
    second=$top/tests/captures/refused_port.pcap
    # shellcheck disable=SC2086 # words, split on purpose
    {
        both "rebase off" -o synfin.rebase:FALSE $statistics "$first" "$second"
        both "Info column off" -o synfin.info_column:FALSE "$first" "$second"
        both "Chinese by preference" -o synfin.language:zh $statistics "$first" "$second"
        both "a language that there is not" -o synfin.language:xx "$first" "$second"
    }
    check "$series: and it says so" 1 "$(grep -c 'synfin.language is en, zh or auto' "$work/windows.said")"
    LC_ALL=zh_CN.UTF-8 linux -G >"$work/linux.txt"
    (cd "$folder" && LOCPATH=$work/locale LC_ALL=zh_CN.UTF-8 /usr/lib/wine/wine64 program.exe 'synfin.dll' -G </dev/null) >"$work/windows.txt" 2>/dev/null || true
    same "$series: Chinese by the user's language of Windows" "$work/linux.txt" "$work/windows.txt"
    check "$series: which is Chinese" yes "$(grep -q '编号' "$work/windows.txt" && echo yes)"
    # The preference that the user has saved, in a folder with such a name: labels are registered before Wireshark has read it.
    echo 'synfin.language: zh' >"$folder/preferences"
    STAND_IN_PREFERENCES=$folder
    export STAND_IN_PREFERENCES
    linux -G >"$work/linux.txt"
    STAND_IN_PREFERENCES=$(there "$folder")
    windows -G >"$work/windows.txt" 2>/dev/null || true
    unset STAND_IN_PREFERENCES
    rm -f -- "$folder/preferences"
    same "$series: Chinese by the saved preference" "$work/linux.txt" "$work/windows.txt"
    check "$series: it is Chinese" yes "$(grep -q '编号' "$work/windows.txt" && echo yes)"
    declines "a filter that cannot be read" 1 "synfin: -z synfin,jsonl,nonsense: the stand-in has no filters" -z synfin,jsonl,nonsense
    for other in 3.6 4.1 4.3 4.5 4.7 4.8 5.0; do
        declines "in Wireshark $other" 2 "The plugin was compiled for Wireshark version 4." --as "$other"
    done
}

# Linux's facts in Windows' Wireshark: the comparison above must notice.
test_negative_control() {
    python3 tests/windows/linux_facts.py "$dll" "$series" "$folder/linux-facts.dll" || fail "$series: no copy with Linux's facts"
    linux tests/captures/close_by_client.pcap >"$work/linux.txt"
    (cd "$folder" && wine program.exe linux-facts.dll "$top/tests/captures/close_by_client.pcap") >"$work/windows.txt" 2>/dev/null || true
    check "$series: Linux's facts on Windows are noticed" no "$(cmp -s "$work/linux.txt" "$work/windows.txt" && echo yes || echo no)"
    check "$series: and it was run" yes "$(grep -q '^== close_by_client.pcap: 11 frames' "$work/windows.txt" && echo yes)"
}

# One function less at a time: those that each library has, a variable and an optional one.
test_missing() {
    for name in $1; do
        folder=$work/lacking
        rm -rf -- "$folder"
        for_windows "$series" "$folder" "$name"
        cp -- "$dll" "$folder/synfin.dll"
        dll_there=synfin.dll
        declines "without $name" 70 "synfin: this Wireshark lacks the function $name: not registered."
    done
}

# install.cmd under wine's cmd.exe, with a program that answers as tshark.exe does. It does not ask PowerShell here; install.ps1 is
# only parsed, since no PowerShell is in reach.
test_installers() {
    home=$work/installing
    mkdir -p "$home/release/profiles" "$work/lib"
    echo "x86_64-w64-mingw32ucrt-gcc -O1 -Wall -Wextra -Werror tests/windows/wine/tshark.c -o '$home/tshark.exe' -static-libgcc" >"$work/lib/tshark.sh"
    in_tools sh "$work/lib/tshark.sh" || ws_die "tests/windows/wine/tshark.c does not compile"
    cp -- "$dll" "$home/release/synfin.dll"
    cp -R -- profiles/synfin profiles/synfin-zh "$home/release/profiles/"
    sed 's/$/\r/' scripts/windows/install.cmd >"$home/release/install.cmd"
    installed=$home/user/Wire\ shark
    while IFS='|' read -r title argument status text there; do
        found=0
        (
            cd "$home/release"
            SYNFIN_TSHARK=$(there "$home/tshark.exe")
            SYNFIN_TEST_FOLDER=$(there "$home")\\user
            SYNFIN_NO_POWERSHELL=1
            SYNFIN_NO_PAUSE=1
            export SYNFIN_TSHARK SYNFIN_TEST_FOLDER SYNFIN_NO_POWERSHELL SYNFIN_NO_PAUSE
            wine cmd /c install.cmd ${argument:+"$argument"}
        ) >"$work/said" 2>/dev/null || found=$?
        check "install.cmd, $title: status" "$status" "$found"
        check "install.cmd, $title: what it says" yes "$(if grep -q -F -e "$text" "$work/said"; then echo yes; else cat "$work/said"; fi)"
        check "install.cmd, $title: the plugin" "$there" "$([ -f "$installed/plugins/4.6/epan/synfin.dll" ] && echo there || echo gone)"
        check "install.cmd, $title: the profiles" "$there" "$([ -f "$installed/profiles/synfin-zh/preferences" ] && echo there || echo gone)"
    done <<'END'
nothing yet|-Check|1|synfin is not loaded|gone
a double click||0|synfin is installed and loaded|there
a look|-Check|0|synfin is installed and loaded|there
again||0|synfin is installed and loaded|there
away with it|-Uninstall|0|synfin is removed|gone
nothing any more|-Check|1|synfin is not loaded|gone
END
    cmp -s "$dll" "$home/release/synfin.dll" || fail "install.cmd changed the file"
    python=$(scripts/python.sh tree-sitter==0.26.1 tree-sitter-powershell==0.26.4)
    check "install.ps1 parses" "" "$("$python" tests/windows/powershell_syntax.py scripts/windows/install.ps1)"
    sed '0,/^}$/s///' scripts/windows/install.ps1 >"$work/broken.ps1"
    check "and with a brace less it does not" no "$("$python" tests/windows/powershell_syntax.py "$work/broken.ps1" >/dev/null && echo yes || echo no)"
}

top=$PWD
make_locale
if [ ! -f "$cross/wine/system.reg" ]; then
    ws_say "test-windows: making $cross/wine (once)"
    wine wineboot -i >/dev/null 2>&1 || true
fi
for series; do
    ws_say "test-windows: Wireshark $series"
    # Characters of other alphabets, and a space.
    folder="$work/$series Прöбе 测试"
    for_linux "$series"
    for_windows "$series" "$folder"
    cp -- "$dll" "$folder/synfin 插件.dll"
    cp -- "$dll" "$folder/synfin.dll"
    dll_there="$(there "$folder")\\synfin 插件.dll"
    mkdir "$folder/捕获"
    cp -- tests/captures/*.pcap "$folder/捕获/"

    # All captures in one process: each after the first is a file that is opened after another.
    # shellcheck disable=SC2086 # options, split on purpose
    both "all captures" -G $statistics $fields "$folder"/捕获/*.pcap
    check "$series: the plugin stays loaded" 1 "$(grep -c '^== the end: unloaded, the plugin is still there' "$work/windows.txt")"
    cp -- "$work/windows.txt" "$work/all-$series.txt"
    test_negative_control
    test_settings
    case $series in
        4.0) test_missing "proto_tree_add_uint epan_get_version_number wmem_alloc prefs" ;;
        4.6) test_missing "tap_queue_packet find_conversation_strat" ;;
    esac
done

test_installers

# ---- in the real thing

# This machine's tshark prints the same connection log, capture by capture.
installed=$(ws_series "$(ws_version tshark)")
if [ -f "$work/all-$installed.txt" ]; then
    scripts/install.sh "$plugin" >/dev/null || ws_die "the plugin for Linux cannot be installed here"
    for capture in tests/captures/*.pcap; do
        tshark -q -r "$capture" -z synfin,jsonl
    done >"$work/tshark.txt" 2>"$work/tshark.err" || fail "tshark: $(tail -n 1 "$work/tshark.err")"
    # Each capture's log is printed after its first visit, and again after its last.
    awk '/^== / { first = 1 } /^-- / { first = 0 } first && /^\{"stream"/' "$work/all-$installed.txt" >"$work/log.txt"
    same "the connection log, Windows' stand-in and tshark $installed" "$work/tshark.txt" "$work/log.txt"
fi

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
