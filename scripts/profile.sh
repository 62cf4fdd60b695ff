#!/bin/sh
# Installs the Wireshark profile `synfin` (columns, colours, filter buttons) for this user. No other profile is touched.
#
#   profile.sh                 copy it where this user's Wireshark keeps profiles
#   profile.sh --uninstall     remove it again
#   profile.sh --zip FILE      a zip for Wireshark's Edit > Configuration Profiles > Import > from zip file
set -eu

here=$(cd -P "$(dirname "$0")" && pwd)
WS_ME=profile
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"

# Of the repository, or of the release archive.
for source in "$here/../profiles/synfin" "$here/profiles/synfin"; do
    if [ -d "$source" ]; then break; fi
done
[ -d "$source" ] || ws_die "the folder profiles/synfin is not beside this script; run it from the repository or the release"

new=
old=
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
    if [ -n "$old" ] && [ ! -d "$target" ]; then mv -- "$old" "$target"; fi
    if [ -n "$new" ]; then rm -rf -- "$new"; fi
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

make_zip() { # FILE
    command -v python3 >/dev/null 2>&1 || ws_die "python3 is needed to write a zip; install it, or zip the folder profiles/synfin by hand"
    # One date for all entries: the same files give the same zip.
    python3 - "$source" "$1" <<'END'
import pathlib
import sys
import zipfile

source, target = pathlib.Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(source.iterdir()):
        entry = zipfile.ZipInfo("synfin/" + path.name, (2020, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, path.read_bytes())
END
    ws_say "wrote $1; in Wireshark: Edit > Configuration Profiles > Import > from zip file"
}

find_target() {
    program=$(ws_programs | head -n 1)
    folder=
    if [ -n "$program" ]; then folder=$(ws_folder "$program" 'Personal configuration'); fi
    if [ -z "$folder" ]; then folder=${XDG_CONFIG_HOME:-${HOME:?}/.config}/wireshark; fi
    target=$folder/profiles/synfin
}

# Written beside and renamed, so that it is never half there.
install_profile() {
    mkdir -p -- "${target%/*}" || ws_die "cannot make the folder ${target%/*}; check who owns it"
    new=$(mktemp -d "${target%/*}/.synfin.XXXXXX") || ws_die "cannot write in ${target%/*}; check its owner and the disk"
    cp -- "$source"/* "$new/" || ws_die "could not copy the profile (disk full?); what was there before is untouched"
    chmod 755 "$new"
    # Wireshark writes column widths and window places into `recent`; they are the user's.
    if [ -f "$target/recent" ]; then cp -- "$target/recent" "$new/"; fi
    if [ -d "$target" ]; then
        old=$new.old
        mv -- "$target" "$old"
    fi
    mv -- "$new" "$target"
    new=
    if [ -n "$old" ]; then rm -rf -- "$old"; old=; fi
    ws_say "profile synfin installed in $target"
    ws_say "  wireshark -C synfin FILE, or in Wireshark: Edit > Configuration Profiles (the name at the bottom right)"
}

case ${1:-} in
    '') find_target && install_profile ;;
    --uninstall)
        find_target
        if [ -d "$target" ]; then
            rm -rf -- "$target"
            ws_say "removed $target"
        else
            ws_say "the profile synfin was not installed for this user; nothing removed"
        fi
        ;;
    --zip)
        [ -n "${2:-}" ] || ws_die "name the file: profile.sh --zip synfin-profile.zip"
        make_zip "$2"
        ;;
    --help | -h) sed -n '2,6s/^# \{0,1\}//p' "$0" ;;
    *) ws_die "unknown option $1; see profile.sh --help" ;;
esac
