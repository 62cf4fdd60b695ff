#!/bin/sh
# Says which Wireshark is here, where it reads plugins, whether synfin loaded, and if not, why and what to do.
# Exit status 0: all is well. TSHARK=/path/to/tshark[:/another] names the Wiresharks; without it, every one found.
set -eu

here=$(cd -P "$(dirname "$0")" && pwd)
WS_ME=doctor
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"

trouble=0
ok() { printf '  ok    %s\n' "$*"; }
note() { printf '  note  %s\n' "$*"; }
# bad WHAT; DO
bad() {
    trouble=1
    printf '  BAD   %s\n' "$1"
    printf '        what to do: %s\n' "$2"
}

# A file in the right folder of one version is in the wrong folder for all others.
strays() { # PERSONAL GLOBAL
    for base in "${1%/*}" "${2%/*}" "${HOME:-/nonexistent}/.wireshark/plugins" "${WIRESHARK_PLUGIN_DIR:-/nonexistent}"; do
        for sub in "$base" "$base"/*/ "$base"/*/epan/; do
            sub=${sub%/}
            case $sub in "$1/epan" | "$2/epan") continue ;; esac
            ws_copies "$sub"
        done
    done | sort -u
}

tell_environment() { # SERIES
    [ -n "${WIRESHARK_PLUGIN_DIR:-}" ] || return 0
    if ws_is_root; then
        note "WIRESHARK_PLUGIN_DIR is set, but Wireshark ignores it for root"
    elif [ ! -d "$WIRESHARK_PLUGIN_DIR/$1/epan" ] && [ -z "$loaded" ]; then
        bad "WIRESHARK_PLUGIN_DIR=$WIRESHARK_PLUGIN_DIR replaces the global plugin folder, and has no folder $1/epan in it" \
            "unset WIRESHARK_PLUGIN_DIR, or make $WIRESHARK_PLUGIN_DIR/$1/epan and put synfin.so there"
    else
        note "WIRESHARK_PLUGIN_DIR is set: it stands for the global plugin folder"
    fi
}

# The personal setting, the global one, and those of the profiles, each for whoever opens them.
tell_disabled() { # PROGRAM
    settings=$(ws_folder "$1" 'Personal configuration')
    for file in "$settings/disabled_protos" "$(ws_folder "$1" 'Global configuration')/disabled_protos" \
        "$settings"/profiles/*/disabled_protos; do
        if ! grep -q -s -x '!\{0,1\}synfin' "$file"; then continue; fi
        case $file in
            */profiles/*)
                profile=${file%/disabled_protos}
                note "the protocol synfin is switched off in the profile ${profile##*/}" ;;
            *)
                bad "the protocol synfin is switched off in $file" \
                    "in Wireshark: Analyze > Enabled Protocols, tick synfin; or delete the line synfin from that file" ;;
        esac
    done
}

describe_file() { # FILE
    if [ -L "$1" ] && [ ! -e "$1" ]; then
        bad "$1 is a link to a file that is not there" "remove it, then install again: make install"
        return 0
    fi
    if [ ! -r "$1" ]; then
        bad "$1 is there but this user cannot read it" "chmod 644 '$1', or as its owner: make install"
        return 0
    fi
    carried=$(ws_file_version "$1")
    note "file: $1 (${carried:+version $carried, }$(wc -c <"$1" | tr -d ' ') bytes)"
}

examine() { # PROGRAM
    version=$(ws_version "$1")
    if [ -z "$version" ]; then
        ws_say "$1"
        reason=$(ws_no_start "$1")
        bad "${reason%%; *}" "${reason#*; }"
        return 0
    fi
    series=$(ws_series "$version")
    ws_say "Wireshark $version ($1)"
    if ! ws_supported "$series"; then
        bad "synfin works in $WS_WORKS_IN, not in $series" "install one of those, or the newest synfin"
    fi

    personal=$(ws_folder "$1" 'Personal Plugins')
    global=$(ws_folder "$1" 'Global Plugins')
    if [ -z "$global" ]; then
        bad "it names no plugin folders: it was built without plugins" "install another Wireshark, your system's own for example"
        return 0
    fi
    if ws_is_root; then
        note "you are root: Wireshark reads $global/epan alone, and ignores $personal/epan"
    else
        note "it reads $personal/epan (yours) and $global/epan (everybody's)"
    fi
    loaded=$(ws_loaded "$1")
    tell_environment "$series"

    read_copies=$(ws_copies "$global/epan"; ws_is_root || ws_copies "$personal/epan")
    ignored=
    [ -n "$read_copies" ] || ignored=$(if ws_is_root; then ws_copies "$personal/epan"; fi; strays "$personal" "$global")
    count=$(printf '%s' "$read_copies" | grep -c '' || true)
    if [ "$count" -gt 1 ]; then
        bad "$count copies are installed: $(printf '%s' "$read_copies" | tr '\n' ' ')" \
            "keep one (synfin.so in your own folder, or in everybody's) and remove the others"
    fi
    while IFS= read -r file; do
        [ -z "$file" ] || describe_file "$file"
    done <<END
$read_copies
END
    while IFS= read -r file; do
        [ -z "$file" ] || note "file: $file (this Wireshark does not look there)"
    done <<END
$ignored
END

    complaint=$(ws_complaint "$1" | head -n 1)
    if [ -n "$loaded" ]; then
        ok "loaded: synfin $(printf '%s' "$loaded" | sed 's/	/ from /')"
        [ -z "$complaint" ] || bad "tshark says: $complaint" "$(ws_advice "$complaint" "$series")"
        # The file may load and still register nothing, when it declined to work in this Wireshark.
        if ! "$1" -G protocols 2>/dev/null | cut -f3 | grep -q -x synfin; then
            bad "loaded, but it registered no protocol synfin" "see what it says: \"$1\" -G protocols >/dev/null"
        fi
        tell_disabled "$1"
    elif [ -n "$complaint" ]; then
        bad "not loaded. tshark says: $complaint" "$(ws_advice "$complaint" "$series")"
    elif [ "$count" -gt 0 ]; then
        bad "a file is there, and tshark neither loads it nor says why" "install it again: make install"
    elif ws_is_root && [ -n "$(ws_copies "$personal/epan")" ]; then
        bad "not loaded: it is in root's personal folder, which Wireshark ignores" "make install as root (it takes the global folder)"
    else
        bad "not installed" "make install, or install.sh of the release"
    fi
}

programs=$(ws_programs)
if [ -z "$programs" ]; then
    ws_say "Wireshark"
    if command -v wireshark >/dev/null 2>&1; then
        bad "Wireshark is here ($(command -v wireshark)), its command tshark is not" "install tshark (apt-get install tshark, dnf install wireshark-cli)"
    else
        bad "no tshark in PATH or the usual places" "install Wireshark (synfin works in $WS_WORKS_IN) with tshark, or name it: TSHARK=/path/to/tshark"
    fi
else
    while IFS= read -r program; do
        examine "$program" </dev/null
    done <<END
$programs
END
fi
if [ "$trouble" = 0 ]; then
    ws_say "All is well: open a capture in Wireshark, or try: tshark -r FILE -Y synfin.handshake.step -T fields -e synfin.summary"
fi
exit "$trouble"
