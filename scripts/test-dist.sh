#!/bin/sh
# The release, as somebody who gets it uses it: unpacks the archive in other systems, installs from it as root and as an
# ordinary user, updates Wireshark from the oldest series to that system's, removes it again; the same with the package.
#
#   test-dist.sh ROOT...     ROOT: a system in a folder (`cargo xtask versions` makes them), with tshark in it
set -eu

cd "$(dirname "$0")/.."
WS_ME=test-dist
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh
# shellcheck source=scripts/as-root.sh
. scripts/as-root.sh

[ "$#" -gt 0 ] || ws_die "name the systems to try it in, for example .versions/trixie .versions/sid"
archive=$(find dist -name "synfin-*-linux-$(uname -m).tar.gz" 2>/dev/null | head -n 1)
[ -n "$archive" ] || ws_die "there is no archive in dist/; make it first: make dist"
package=$(find dist -name "synfin_*_$(dpkg --print-architecture).deb" | head -n 1)

inside=/tmp/synfin-dist-$$
for root; do
    # shellcheck disable=SC2064 # the folder of this turn
    trap "as_root rm -rf -- '$root$inside'" EXIT
    as_root mkdir -p "$root$inside/ho me"
    as_root cp -- scripts/test-dist-inside.sh "$root$inside/"
    as_root cp -- "$archive" "$root$inside/synfin.tar.gz"
    if [ -n "$package" ]; then as_root cp -- "$package" "$root$inside/synfin.deb"; fi
    as_root chown -R 65534:65534 "$root$inside/ho me"
    # An empty plugin folder in place of the system's own, for this run alone: others may be using that one.
    # shellcheck disable=SC2016 # for the inner shell
    hide='for folder in "$1"/usr/lib/*/wireshark/plugins/*/epan; do [ -d "$folder" ] && mount -t tmpfs none "$folder"; done; shift; exec "$@"'
    if as_root unshare --mount true 2>/dev/null; then
        as_root unshare --mount --propagation private sh -c "$hide" sh "$root" chroot "$root" sh "$inside/test-dist-inside.sh"
    else
        as_root chroot "$root" sh "$inside/test-dist-inside.sh"
    fi
    as_root rm -rf -- "$root$inside"
    trap - EXIT
done
