# shellcheck shell=sh
# What install.sh, doctor.sh and run.sh know about the Wiresharks on this machine. Sourced; the release archive ships it too.
#
# TSHARK (optional): the tshark programs to use, joined with ':' as in PATH. Without it: every tshark that is found.

# Text that only synfin's own plugin file holds: a file is known by it whatever its name is.
WS_MARK=synfin.handshake.step
ws_say() { printf '%s\n' "$*"; }
ws_die() {
    printf '%s: %s\n' "${WS_ME:-synfin}" "$*" >&2
    exit 1
}

# The table of series lies beside this file; who sources it has said in `here` where that is, or stands in the repository.
WS_TABLE=${here:-scripts}/series.tsv
[ -f "$WS_TABLE" ] || ws_die "$WS_TABLE is missing; it belongs beside wireshark.sh"
# The series that make test-versions runs, and those of which it has the headers alone; and all of them, in words.
WS_SERIES=$(awk '!/^#/ && $2 != "-" { printf "%s%s", sep, $1; sep = " " }' "$WS_TABLE")
# shellcheck disable=SC2034 # for who sources this
WS_EXPECTED=$(awk '!/^#/ && $2 == "-" { printf "%s%s", sep, $1; sep = " " }' "$WS_TABLE")
WS_WORKS_IN=$(awk '!/^#/ { name[++n] = $1 } END { for (i = 1; i <= n; i++) printf "%s%s", name[i], i < n - 1 ? ", " : i < n ? " and " : "" }' "$WS_TABLE")

# ws_column SERIES NUMBER: what the table has in this column; fails for a series that it does not have, or says - of.
ws_column() {
    awk -F '\t' -v series="$1" -v column="$2" '$1 == series && $column != "-" { print $column; found = 1 } END { exit !found }' "$WS_TABLE"
}

# Wireshark looks at real and effective ids: with user or group 0 it reads the global folder alone.
ws_is_root() { [ "$(id -u)" = 0 ] || [ "$(id -g)" = 0 ]; }

# Every tshark, one a line, the first in PATH first; of two names for one program, the first.
ws_programs() {
    if [ -n "${TSHARK:-}" ]; then
        ws_list=$TSHARK
    else
        ws_list=
        ws_left=$PATH:/usr/local/bin:/usr/bin:/Applications/Wireshark.app/Contents/MacOS:
        while [ -n "$ws_left" ]; do
            ws_dir=${ws_left%%:*}
            ws_left=${ws_left#*:}
            if [ -f "$ws_dir/tshark" ] && [ -x "$ws_dir/tshark" ]; then
                ws_list=$ws_list${ws_list:+:}$ws_dir/tshark
            fi
        done
    fi
    ws_seen=:
    ws_left=$ws_list:
    while [ -n "$ws_left" ]; do
        ws_one=${ws_left%%:*}
        ws_left=${ws_left#*:}
        [ -n "$ws_one" ] || continue
        ws_path=$(command -v "$ws_one" 2>/dev/null) || ws_path=$ws_one
        ws_real=$(readlink -f "$ws_path" 2>/dev/null) || ws_real=$ws_path
        case $ws_seen in *":$ws_real:"*) continue ;; esac
        ws_seen=$ws_seen$ws_real:
        printf '%s\n' "$ws_path"
    done
}

# ws_version PROGRAM: "4.0.17"; nothing when it does not run.
ws_version() {
    "$1" --version 2>/dev/null |
        sed -n '1s/^[^0-9]*\([0-9][0-9]*\.[0-9][0-9]*[0-9.]*\).*/\1/p' | sed 's/\.$//'
}

# ws_series VERSION: "4.0"
ws_series() { printf '%s\n' "$1" | cut -d. -f1,2; }

# ws_supported SERIES: is it one that synfin knows?
ws_supported() {
    case " $WS_SERIES $WS_EXPECTED " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# ws_folder PROGRAM NAME: a folder as the program itself names it ("Personal Plugins", "Global Plugins", ...).
ws_folder() {
    "$1" -G folders 2>/dev/null | sed -n "s/^$2:[[:space:]]*//p" | head -n 1
}

# ws_plugin_folder PROGRAM: where the plugin of this user belongs.
ws_plugin_folder() {
    if ws_is_root; then ws_name='Global Plugins'; else ws_name='Personal Plugins'; fi
    ws_found=$(ws_folder "$1" "$ws_name")
    [ -z "$ws_found" ] || printf '%s/epan\n' "$ws_found"
}

# ws_copies FOLDER: the files in it that are synfin by what they hold, or by name; one a line.
ws_copies() {
    for ws_file in "$1"/*.so; do
        [ -e "$ws_file" ] || [ -L "$ws_file" ] || continue
        case ${ws_file##*/} in
            synfin.so | libsynfin.so) printf '%s\n' "$ws_file" ;;
            *) if LC_ALL=C grep -q -F -e "$WS_MARK" -- "$ws_file" 2>/dev/null; then printf '%s\n' "$ws_file"; fi ;;
        esac
    done
}

# ws_loaded PROGRAM: "VERSION<tab>PATH" for each synfin that the program says it loaded.
ws_loaded() {
    "$1" -G plugins 2>/dev/null |
        awk -F '\t' '{ name = $1; sub(/ +$/, "", name) } name == "synfin.so" || name == "libsynfin.so" { print $2 "\t" $4 }'
}

# ws_complaint PROGRAM: what it says of plugins while it starts; the shell's word when it dies of a signal.
ws_complaint() {
    ws_status=0
    ws_said=$( { "$1" -G plugins >/dev/null; } 2>&1) || ws_status=$?
    printf '%s\n' "$ws_said" | grep -i -E 'synfin|duplicate|dissector bug' | sed 's/^tshark: //' || true
    if [ "$ws_status" -gt 128 ]; then ws_say "tshark itself crashed (status $ws_status)"; fi
}

# Where synfin files lie on most systems, for when tshark cannot be asked: a damaged plugin, or two of them, stop it from
# starting at all (from 4.4 on even for -G folders).
ws_usual_files() { # PROGRAM
    ws_prefix=$(cd -P "$(dirname "$1")/.." 2>/dev/null && pwd) || ws_prefix=/usr
    for ws_dir in "$ws_prefix"/lib/wireshark/plugins/*/epan "$ws_prefix"/lib/*/wireshark/plugins/*/epan "${HOME:-/nonexistent}"/.local/lib/wireshark/plugins/*/epan /usr/lib/*/wireshark/plugins/*/epan \
        /usr/lib/wireshark/plugins/*/epan /usr/lib64/wireshark/plugins/*/epan /usr/local/lib*/wireshark/plugins/*/epan \
        /usr/local/lib/*/wireshark/plugins/*/epan "${WIRESHARK_PLUGIN_DIR:-/nonexistent}"/*/epan \
        /Applications/Wireshark.app/Contents/PlugIns/wireshark/*/epan; do
        ws_copies "$ws_dir"
    done | awk '!seen[$0]++'
}

# ws_no_start PROGRAM: why it does not start, and what to do, as "WHAT; DO".
ws_no_start() {
    ws_files=$(ws_usual_files "$1" | sed "s/.*/'&'/" | tr '\n' ' ')
    if [ -z "$ws_files" ] || ! command -v "$1" >/dev/null 2>&1; then
        ws_say "$1 does not run, or is not tshark; try it by hand: \"$1\" --version"
    else
        ws_why=$(ws_complaint "$1" | head -n 1)
        ws_say "$1 does not start: ${ws_why:-it prints no version}; remove the plugin (rm ${ws_files% }) and install again: make install"
    fi
}

# ws_file_version FILE: the version that the file carries; nothing when it cannot be told without loading it.
ws_file_version() {
    LC_ALL=C grep -a -o -E -e 'synfin-version=[0-9][0-9A-Za-z.+-]*' -- "$1" 2>/dev/null | head -n 1 | cut -d= -f2
}

# ws_advice COMPLAINT SERIES: what it means and what to do, in plain words.
ws_advice() {
    case $1 in
        *'compiled for Wireshark version'*)
            ws_say "that file was made for another Wireshark, or this Wireshark ($2) is one that synfin does not know; synfin works in $WS_WORKS_IN: install the newest synfin (make install, or install.sh of the release)" ;;
        *'undefined symbol'* | *'Symbol not found'*)
            ws_say "this Wireshark lacks a function that the file calls; build it again here: make build && make install" ;;
        *'ermission denied'*)
            ws_say "the file cannot be read by this user; run: chmod 644 on it (and 755 on its folders), or install it again" ;;
        *'file too short'* | *'invalid ELF header'* | *'file truncated'* | *crashed*)
            ws_say "the file is damaged or cut off; install it again: make install, or install.sh of the release" ;;
        *'code signature'* | *'different Team IDs'* | *'library load disallowed'*)
            ws_say "macOS does not accept the file's signature; sign it for this machine: codesign --force --sign - synfin.so, then install that file; and please tell us" ;;
        *'wrong ELF class'* | *'incompatible architecture'*)
            ws_say "the file was made for another kind of processor; build it here: make build && make install" ;;
        *GLIBC* | *'cannot open shared object file'*)
            ws_say "a system library that the file needs is missing or too old; build it here: make build && make install" ;;
        *'multiple directories'* | *uplicate* | *'two copies'*)
            ws_say "two copies are installed; remove one of them" ;;
        *'has no "'*)
            ws_say "the file is not a Wireshark plugin; install it again: make install, or install.sh of the release" ;;
        *) ws_say "install it again (make install, or install.sh of the release), and look at the line above" ;;
    esac
}
