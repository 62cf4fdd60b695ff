# shellcheck shell=sh
# debian.sh: Debian systems in folders, made once and kept. Sourced, after wireshark.sh, in the repository's folder.
#
# SYNFIN_MIRROR (optional): the mirror to take them from; without it, the one that this machine uses.

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# The mirror this machine itself uses. security and updates live elsewhere on it, or have no releases of their own.
debian_mirror() {
    if [ -n "${SYNFIN_MIRROR:-}" ]; then
        ws_say "$SYNFIN_MIRROR"
        return 0
    fi
    # shellcheck disable=SC2016 # apt's own placeholders
    apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' 2>/dev/null |
        awk '$2 == "Debian" { print $1; found = 1; exit } END { exit !found }' && return 0
    # Before the first apt-get update there are no labels: the sources themselves.
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk '/^deb / { sub(/\[[^]]*\] */, ""); print $2 } /^URIs:/ { print $2 }' | grep -E '/debian/?$' | head -n 1
}

# debian_make RELEASE ROOT PACKAGES LOG WORKS [OPTION...]: WORKS is a function that is given a folder and says whether it
# holds what is wanted, since debootstrap also fails over packages that nothing here needs.
debian_make() {
    debian_release=$1
    debian_root=$2
    debian_packages=$3
    debian_log=$4
    debian_works=$5
    shift 5
    scripts/setup.sh debootstrap=debootstrap unshare=util-linux
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        ws_die "making $debian_root (debootstrap, chroot) needs root; run this as root, or allow sudo without a password"
    fi
    debian_from=$(debian_mirror)
    [ -n "$debian_from" ] ||
        ws_die "no Debian mirror in this machine's apt sources; name one in SYNFIN_MIRROR (http://.../debian)"
    mkdir -p "${debian_root%/*}"
    # Made beside and renamed: a folder of that name is a whole one.
    debian_making=$debian_root.making.$$
    # debootstrap stumbles over spaces in a path: it gets one without, that leads there.
    debian_way=$(mktemp -d /tmp/synfin-debian.XXXXXX)
    ln -s "$debian_making" "$debian_way/root"
    as_root mkdir -p "$debian_making"
    as_root debootstrap --variant=minbase --include="$debian_packages" "$@" "$debian_release" "$debian_way/root" "$debian_from" \
        >"$debian_log" 2>&1 </dev/null || true
    rm -rf -- "$debian_way"
    if ! "$debian_works" "$debian_making"; then
        tail -n 5 "$debian_log" >&2
        as_root rm -rf -- "$debian_making"
        ws_die "Debian $debian_release could not be made (last lines above, all of them in $debian_log); check the network, then run this again"
    fi
    as_root rm -rf -- "$debian_making/var/cache/apt/archives" "$debian_root"
    as_root mv -T -- "$debian_making" "$debian_root"
}

# debian_unpack RELEASE ROOT PACKAGES LOG WORKS [OPTION...]: the packages and what they depend on, fetched by apt and unpacked;
# nothing of them is run, so they may be for another processor. It takes a third of debian_make's time. ROOT/packages names them
# with their versions.
debian_unpack() {
    debian_release=$1
    debian_root=$2
    debian_packages=$3
    debian_log=$4
    debian_works=$5
    shift 5
    scripts/setup.sh mmdebstrap=mmdebstrap unshare=util-linux
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        ws_die "making $debian_root needs root; run this as root, or allow sudo without a password"
    fi
    debian_from=$(debian_mirror)
    [ -n "$debian_from" ] ||
        ws_die "no Debian mirror in this machine's apt sources; name one in SYNFIN_MIRROR (http://.../debian)"
    mkdir -p "${debian_root%/*}"
    debian_making=$debian_root.making.$$
    # shellcheck disable=SC2034 # counts
    for debian_try in 1 2 3; do
        as_root rm -rf -- "$debian_making"
        # shellcheck disable=SC2016 # for the inner shell
        as_root mmdebstrap --mode=root --variant=extract --format=directory --include="$debian_packages" \
            --extract-hook='cd "$1/var/cache/apt/archives" && ls *.deb >"$1/packages"' \
            --aptopt='Acquire::Retries "5"' --aptopt='Acquire::Check-Valid-Until "false"' "$@" \
            "$debian_release" "$debian_making" "$debian_from" >"$debian_log" 2>&1 </dev/null || true
        if [ -d "$debian_making" ] && "$debian_works" "$debian_making"; then
            as_root rm -rf -- "$debian_root"
            as_root mv -T -- "$debian_making" "$debian_root"
            return 0
        fi
        sleep 5
    done
    tail -n 5 "$debian_log" >&2
    as_root rm -rf -- "$debian_making"
    ws_die "Debian $debian_release could not be unpacked (last lines above, all of them in $debian_log); check the network, then run this again"
}

# sid's releases of other people's plugins sometimes lack a library; their complaint at every start is not synfin's.
debian_drop_broken_plugins() { # ROOT
    as_root chroot "$1" tshark --version 2>&1 >/dev/null </dev/null | sed -n "s/.*Couldn't load plugin '\([^'/]*\.so\)'.*/\1/p" |
        while IFS= read -r name; do
            [ "$name" = synfin.so ] || as_root find "$1"/usr/lib -path '*/wireshark/plugins/*' -name "$name" -delete
        done
}
