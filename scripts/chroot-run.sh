#!/bin/sh
# Runs a program of another Debian, kept in a folder, on this machine's files: same paths, same folder, same environment.
#
#   chroot-run.sh ROOT PROGRAM [ARGUMENT ...]
#
# This machine's folders are mounted into ROOT for this one process (they vanish with it). Where mounting is not allowed,
# or with SYNFIN_CHROOT=copy, the files that the arguments name and HOME are copied to the same paths in ROOT instead.
set -eu

# mount_folder ROOT FOLDER: unless it lies in one that is mounted, or is ROOT's own
mounted=:
mount_folder() {
    case $2 in / | /etc* | /bin* | /lib* | /sbin* | /usr | /usr/bin* | /usr/lib* | /usr/share* | /var) return 0 ;; esac
    inner=$2
    while [ -n "$inner" ]; do
        case $mounted in *":$inner:"*) return 0 ;; esac
        inner=${inner%/*}
    done
    [ -d "$2" ] || return 0
    mkdir -p "$1$2"
    mount --rbind "$2" "$1$2"
    mounted=$mounted$2:
}

# What a command on this machine's files can mean: the usual places, where it runs, what it names.
mount_all() { # ROOT PROGRAM ARGUMENT...
    into=$1
    shift 2
    for folder in /dev /proc /tmp /home "$PWD" "${HOME:-/}" "${TMPDIR:-/}" "${CARGO_TARGET_DIR:-/}" "${SYNFIN_CAPTURES:-/}" \
        "${SYNFIN_CROSS_DIR:-/}"; do
        case $folder in /*) mount_folder "$into" "${folder%/}" ;; esac
    done
    for argument in "$@"; do
        case $argument in
            */*) if folder=$(cd "$(dirname -- "$argument")" 2>/dev/null && pwd); then mount_folder "$into" "$folder"; fi ;;
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
    mount_all "$@"
    enter "$@"
fi

if [ "$(id -u)" != 0 ]; then
    # sudo clears the environment, and entering a chroot needs root.
    exec sudo -n env "HOME=${HOME:-/}" "TZ=${TZ:-}" "LC_ALL=${LC_ALL:-C.UTF-8}" "LANG=${LANG:-}" "LANGUAGE=${LANGUAGE:-}" \
        "XDG_CONFIG_HOME=${XDG_CONFIG_HOME:-}" "TMPDIR=${TMPDIR:-/tmp}" "SYNFIN_CHROOT=${SYNFIN_CHROOT:-}" \
        "SYNFIN_CAPTURES=${SYNFIN_CAPTURES:-}" "CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-}" \
        "SYNFIN_CROSS_DIR=${SYNFIN_CROSS_DIR:-}" "$0" "$@"
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
