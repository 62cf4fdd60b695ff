#!/bin/sh
# Installs synfin.so where this user's Wiresharks read plugins, and checks that it loads.
#
#   install.sh [FILE]         FILE: the plugin (default: beside this script, else the one `make build` made)
#   install.sh --or-use [FILE]    the same; where another synfin is loaded already that may not be replaced, it is left and used
#   install.sh --uninstall
#
# TSHARK=/path/to/tshark[:/another] names the Wiresharks; without it, every one found. root installs for everybody
# (Wireshark ignores root's personal folder), any other user for himself.
set -eu

here=$(cd -P "$(dirname "$0")" && pwd)
WS_ME=install
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"

place=  # where the file belongs
new=    # the one being written, beside it
old=    # a copy of what was there before, until the new one is known to load
placed= # the new one is in its place, and not known to load
# An installation that does not come to its end, for whatever reason, leaves what was there before.
take_back() {
    if [ -n "$new" ]; then rm -f -- "$new"; fi
    if [ -n "$old" ]; then
        mv -f -- "$old" "$place"
    elif [ -n "$placed" ]; then
        rm -f -- "$place"
    fi
    new=
    old=
    placed=
}
trap take_back EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Files of the Debian package are dpkg's: overwriting or removing them here would leave it half there.
is_of_package() { # FOLDER
    case $(readlink "$1/synfin.so" 2>/dev/null || true) in */synfin/synfin.so) return 0 ;; *) return 1 ;; esac
}

leave_package_alone() { # FOLDER
    if is_of_package "$1"; then
        ws_die "the Debian package synfin owns $1/synfin.so; remove the package first: apt-get remove synfin"
    fi
}

# With --or-use: says that the synfin which is loaded is used. False where none is.
uses_loaded() { # PROGRAM VERSION
    [ -n "$or_use" ] || return 1
    loaded=$(ws_loaded "$1" | head -n 1)
    [ -n "$loaded" ] || return 1
    ws_say "Wireshark $2: another synfin, ${loaded%%	*}, is installed already and is used: ${loaded#*	}"
}

# Beside the target, so that the rename is atomic; Wireshark reads no file whose name does not end in .so.
put() { # FILE FOLDER
    place=$2/synfin.so
    mkdir -p -- "$2" 2>/dev/null ||
        ws_die "cannot make the folder $2; check who owns it (root installs for everybody, other users for themselves)"
    # What an installation left that was killed.
    rm -f -- "$2"/.synfin.??????
    new=$(mktemp "$2/.synfin.XXXXXX" 2>/dev/null) ||
        ws_die "cannot write in $2; check its owner and that the disk is neither full nor read-only"
    if ! cp -- "$1" "$new" 2>/dev/null || ! cmp -s -- "$1" "$new"; then
        ws_die "could not write all of $place (disk full?); what was there before is untouched: make room and run this again"
    fi
    chmod 644 "$new"
    # macOS marks what came from the Internet, and a program may refuse to load it.
    if [ "$(uname -s)" = Darwin ]; then xattr -d com.apple.quarantine "$new" 2>/dev/null || true; fi
    if [ -e "$place" ]; then
        keep=$(mktemp "$2/.synfin.XXXXXX" 2>/dev/null) || keep=
        if [ -z "$keep" ] || ! cp -p -- "$place" "$keep" 2>/dev/null; then
            if [ -n "$keep" ]; then rm -f -- "$keep"; fi
            ws_die "cannot keep a copy of $place (disk full, or unreadable?); it is untouched: mend that and run this again"
        fi
        old=$keep
    fi
    mv -f -- "$new" "$place" || ws_die "could not put $place in its place; what was there before is untouched"
    new=
    placed=yes
}

# The one kept is the file just installed: the others make Wireshark warn, or stop it from starting.
warn_of_others() { # PROGRAM FOLDER
    for name in 'Personal Plugins' 'Global Plugins'; do
        folder=$(ws_folder "$1" "$name")
        for sub in "$folder/epan" "$folder"; do
            ws_copies "$sub" | while IFS= read -r copy; do
                [ "$copy" != "$2/synfin.so" ] || continue
                if [ "$name" = 'Personal Plugins' ] && ws_is_root; then
                    ws_say "note: another copy is in $copy; root's Wireshark ignores it: remove it" >&2
                else
                    ws_say "warning: another copy is in $copy; two copies disturb each other: remove one of them" >&2
                fi
            done
        done
    done
}

install_for() { # PROGRAM
    version=$(ws_version "$1")
    [ -n "$version" ] || ws_die "$(ws_no_start "$1")"
    series=$(ws_series "$version")
    if ! ws_supported "$series"; then
        ws_say "Wireshark $version ($1): synfin works in $WS_WORKS_IN only, nothing installed; install one of those" >&2
        return 1
    fi
    target=$(ws_plugin_folder "$1")
    [ -n "$target" ] || ws_die "$1 -G folders names no plugin folder; this Wireshark was built without plugins: install another"
    if is_of_package "$target" && uses_loaded "$1" "$version"; then return 0; fi
    leave_package_alone "$target"
    shared=$(ws_folder "$1" 'Global Plugins')/epan/synfin.so
    if [ "$shared" != "$target/synfin.so" ] && [ -e "$shared" ]; then
        # Wireshark takes the global one of two, so a personal one beside it would never be read.
        if cmp -s -- "$plugin" "$shared"; then
            ws_say "Wireshark $version: this very synfin is installed for everybody ($shared); nothing to do"
            return 0
        fi
        if uses_loaded "$1" "$version"; then return 0; fi
        ws_say "Wireshark $version: another synfin is installed for everybody ($shared), and Wireshark takes that one" >&2
        ws_say "  nothing installed; as root, remove it (rm '$shared') or install this one there" >&2
        return 1
    fi
    put "$plugin" "$target"
    if loaded=$(ws_loaded "$1" | grep -F -- "	$target/synfin.so"); then
        ws_say "Wireshark $version: synfin ${loaded%%	*} installed and loaded ($target/synfin.so)"
        if [ -n "$old" ]; then rm -f -- "$old"; fi
        old=
        placed=
        warn_of_others "$1" "$target"
        return 0
    fi
    warn_of_others "$1" "$target"
    complaint=$(ws_complaint "$1" | head -n 1)
    state="nothing is installed"
    if [ -n "$old" ]; then state="the file that was there before is back"; fi
    take_back
    ws_say "Wireshark $version did not load synfin: ${complaint:-it gave no reason}" >&2
    ws_say "  $state; $(ws_advice "$complaint" "$series")" >&2
    return 1
}

uninstall_for() { # PROGRAM
    target=$(ws_plugin_folder "$1")
    [ -n "$target" ] || ws_die "$(ws_no_start "$1")"
    leave_package_alone "$target"
    rm -f -- "$target"/.synfin.??????
    if [ -e "$target/synfin.so" ] || [ -L "$target/synfin.so" ]; then
        rm -f -- "$target/synfin.so" 2>/dev/null ||
            ws_die "cannot remove $target/synfin.so; run this as the user who installed it"
        ws_say "removed $target/synfin.so"
        removed=1
    fi
    # Folders that an installation made are of no use when empty; the global ones belong to Wireshark.
    if [ -d "$target" ] && ! ws_is_root; then rmdir -- "$target" "${target%/epan}" 2>/dev/null || true; fi
}

action=install
plugin=
or_use=
if [ "${1:-}" = --or-use ]; then
    or_use=yes
    shift
fi
case ${1:-} in
    --uninstall) action=uninstall ;;
    --help | -h) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) ws_die "unknown option $1; see install.sh --help" ;;
    ?*) plugin=$1 ;;
esac

programs=$(ws_programs)
[ -n "$programs" ] ||
    ws_die "no tshark found, so it cannot be told where Wireshark reads plugins; install tshark, or name it: TSHARK=/path/to/tshark"

if [ "$action" = install ]; then
    if [ -z "$plugin" ]; then
        for plugin in "$here/synfin.so" "${CARGO_TARGET_DIR:-$here/../target}/release/libsynfin.so"; do
            if [ -f "$plugin" ]; then break; fi
        done
    fi
    [ -f "$plugin" ] || ws_die "no plugin file $plugin; build it first: make build"
    [ -r "$plugin" ] || ws_die "cannot read $plugin; check its owner and permissions"
fi

failed=0
removed=0
tried=:
# A here-document, not a pipe: what the loop sets must outlive it.
while IFS= read -r program; do
    # Two programs that read one folder need one file.
    target=$(ws_plugin_folder "$program")
    if [ -n "$target" ]; then
        case $tried in *":$target:"*) continue ;; esac
        tried=$tried$target:
    fi
    case $action in
        install) install_for "$program" </dev/null || failed=1 ;;
        *) uninstall_for "$program" </dev/null ;;
    esac
done <<END
$programs
END
if [ "$action" = uninstall ] && [ -f "$here/profile.sh" ]; then "$here/profile.sh" --offer-uninstall || failed=1; fi
if [ "$action" = uninstall ] && [ "$removed" = 0 ]; then ws_say "synfin was not installed for this user; nothing removed"; fi
exit "$failed"
