#!/bin/sh
# Installs the Wireshark profiles `synfin` and `synfin-zh` (columns, colours, filter buttons) for this user. No other
# profile is touched.
#
#   profile.sh                 copy them where this user's Wireshark keeps profiles
#   profile.sh --uninstall     remove them again
#   profile.sh --offer-uninstall   ask whether to, where there are any; where nobody can answer, say how
#   profile.sh --zip FILE      a zip for Wireshark's Edit > Configuration Profiles > Import > from zip file
set -eu

here=$(cd -P "$(dirname "$0")" && pwd)
WS_ME=profile
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"

# Of the repository, or of the release archive.
for sources in "$here/../profiles" "$here/profiles"; do
    if [ -d "$sources/synfin" ]; then break; fi
done
[ -d "$sources/synfin" ] || ws_die "the folder profiles/synfin is not beside this script; run it from the repository or the release"
profiles='synfin synfin-zh'

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
    command -v python3 >/dev/null 2>&1 || ws_die "python3 is needed to write a zip; install it, or zip the folders in profiles/ by hand"
    # One date for all entries: the same files give the same zip.
    # shellcheck disable=SC2086 # names, split on purpose
    python3 - "$1" "$sources" $profiles <<'END'
import pathlib
import sys
import zipfile

target, sources, names = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(path for name in names if (sources / name).is_dir() for path in (sources / name).iterdir()):
        entry = zipfile.ZipInfo(f"{path.parent.name}/{path.name}", (2020, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, path.read_bytes())
END
    ws_say "wrote $1; in Wireshark: Edit > Configuration Profiles > Import > from zip file"
}

find_targets() {
    program=$(ws_programs | head -n 1)
    folder=
    if [ -n "$program" ]; then folder=$(ws_folder "$program" 'Personal configuration'); fi
    if [ -z "$folder" ]; then folder=${XDG_CONFIG_HOME:-${HOME:?}/.config}/wireshark; fi
    targets=$folder/profiles
}

# Written beside and renamed, so that it is never half there.
install_profile() { # NAME
    source=$sources/$1
    target=$targets/$1
    [ -d "$source" ] || return 0
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
    ws_say "profile $1 installed in $target"
}

remove_profile() { # NAME
    target=$targets/$1
    if [ -d "$target" ]; then
        rm -rf -- "$target"
        ws_say "removed $target"
    else
        ws_say "the profile $1 was not installed for this user; nothing removed"
    fi
}

# Without the plugin a profile's filters and columns are unknown names, of which Wireshark complains at every start.
offer_removal() {
    installed=
    for profile in $profiles; do
        if [ -d "$targets/$profile" ]; then installed="$installed $profile"; fi
    done
    [ -n "$installed" ] || return 0
    if [ ! -t 0 ]; then
        ws_say "its profiles are left:$installed; remove them too: make uninstall-profile (or profile.sh --uninstall)"
        return 0
    fi
    printf 'Remove its Wireshark profiles too (%s)? [Y/n] ' "${installed# }"
    read -r answer || answer=n
    case $answer in
        '' | [Yy]*) for profile in $installed; do remove_profile "$profile"; done ;;
        *) ws_say "left; profile.sh --uninstall removes them" ;;
    esac
}

case ${1:-} in
    '')
        find_targets
        for profile in $profiles; do install_profile "$profile"; done
        ws_say "  wireshark -C synfin FILE, or in Wireshark: Edit > Configuration Profiles (the name at the bottom right)"
        ;;
    --uninstall)
        find_targets
        for profile in $profiles; do remove_profile "$profile"; done
        ;;
    --offer-uninstall)
        find_targets
        offer_removal
        ;;
    --zip)
        [ -n "${2:-}" ] || ws_die "name the file: profile.sh --zip synfin-profile.zip"
        make_zip "$2"
        ;;
    --help | -h) sed -n '2,8s/^# \{0,1\}//p' "$0" ;;
    *) ws_die "unknown option $1; see profile.sh --help" ;;
esac
