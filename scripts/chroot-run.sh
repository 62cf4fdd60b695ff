#!/bin/sh
# Runs a program of another Debian, kept in a folder, on this machine's files: same paths, same folder, same environment.
#
#   chroot-run.sh ROOT PROGRAM [ARGUMENT ...]
#
# This machine's folders are mounted into ROOT for this one process (they vanish with it). Where mounting is not allowed,
# or with SYNFIN_CHROOT=copy, the files that the arguments name and HOME are copied to the same paths in ROOT instead.
set -eu

# What a command on this machine's files can mean: where it runs, the project, its captures, the usual places.
mount_all() { # ROOT
    here=$(cd -P "$(dirname "$0")/.." && pwd)
    for folder in /dev /proc /tmp /home "$here" "$PWD" "${HOME:-}" "${TMPDIR:-}" "${CARGO_TARGET_DIR:-}" "${SYNFIN_CAPTURES:-}"; do
        case $folder in
            / | /etc* | /bin* | /lib* | /sbin* | /usr | /usr/bin* | /usr/lib* | /var) ;; # ROOT's own
            /*)
                if [ -d "$folder" ]; then
                    mkdir -p "$1$folder"
                    mount --rbind "$folder" "$1$folder"
                fi
                ;;
        esac
    done
}

copy_in() { # ROOT PATH
    case $2 in /*) source=$2 ;; *) source=$PWD/$2 ;; esac
    mkdir -p "$1${source%/*}"
    rm -rf "${1:?}$source"
    cp -R -- "$source" "$1$source"
}

enter() { # ROOT PROGRAM...
    root=$1
    shift
    exec chroot "$root" env -C "$PWD" -- "$@"
}

if [ "${1:-}" = --mounted ]; then
    shift
    mount_all "$1"
    enter "$@"
fi

if [ "$(id -u)" != 0 ]; then
    # sudo clears the environment, and entering a chroot needs root.
    exec sudo -n env "HOME=${HOME:-/}" "TZ=${TZ:-}" "LC_ALL=${LC_ALL:-C.UTF-8}" "LANG=${LANG:-}" "LANGUAGE=${LANGUAGE:-}" \
        "XDG_CONFIG_HOME=${XDG_CONFIG_HOME:-}" "TMPDIR=${TMPDIR:-/tmp}" "SYNFIN_CHROOT=${SYNFIN_CHROOT:-}" \
        "SYNFIN_CAPTURES=${SYNFIN_CAPTURES:-}" "CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-}" "$0" "$@"
fi

if [ "${SYNFIN_CHROOT:-}" != copy ] && unshare --mount true 2>/dev/null; then
    exec unshare --mount --propagation private -- "$0" --mounted "$@"
fi

root=$1
mkdir -p "$root$PWD"
case ${HOME:-/} in / | /root | /home/*) ;; *) [ ! -d "$HOME" ] || copy_in "$root" "$HOME" ;; esac
for argument in "$@"; do
    if [ -f "$argument" ] && [ "$argument" != "$2" ]; then copy_in "$root" "$argument"; fi
done
enter "$@"
