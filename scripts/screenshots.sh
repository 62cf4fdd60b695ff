#!/bin/sh
# Starts the real Wireshark on a screen of its own, with synfin, its profile and a demo capture, looks at every window that
# synfin has to do with, and takes pictures. It fails when a window does not appear, lacks its words, or is blank.
#
#   screenshots.sh             pictures into docs/images
#   screenshots.sh --check     the same into target/gui: a test
#   screenshots.sh --check SERIES    the same in the Wireshark of another series, into target/gui-SERIES (root): its Debian
#                              release is fetched into .versions once (or SYNFIN_VERSIONS_DIR), as by make test-versions
#
# The plugin must be installed (make install). Nothing of this user's is touched: home, screen and session are private.
set -eu

cd "$(dirname "$0")/.."
WS_ME=screenshots
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

series=${2:-}
case ${1:-} in
    '') folder=$PWD/docs/images ;;
    --check) folder=$PWD/target/gui${series:+-$series} ;;
    *) ws_die "unknown option $1; there is --check" ;;
esac

scripts/setup.sh wireshark=wireshark Xvfb=xvfb xdotool=xdotool import=imagemagick pngquant=pngquant openbox=openbox \
    dbus-run-session=dbus-daemon /usr/bin/python3=python3 '/usr/lib/*/girepository-1.0/Atspi-2.0.typelib=gir1.2-atspi-2.0' \
    /usr/lib/python3/dist-packages/gi=python3-gi /usr/libexec/at-spi-bus-launcher=at-spi2-core \
    /usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf=fonts-dejavu-core \
    '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc=fonts-noto-cjk'

[ -n "$(ws_loaded tshark)" ] || ws_die "this machine's Wireshark does not load synfin; run: make install"

# Sets root: a Debian with the Wireshark of a series, its window included, and this plugin.
make_root() { # SERIES
    # shellcheck source=scripts/as-root.sh
    . scripts/as-root.sh
    release=$(ws_column "$1" 2) || ws_die "no Debian release is known to have Wireshark $1; scripts/series.tsv names some"
    root=${SYNFIN_VERSIONS_DIR:-$PWD/.versions}/$release-gui
    cargo xtask debian install "$release" "$root" --packages wireshark,tshark,fonts-dejavu-core,fonts-noto-cjk \
        --runs "env QT_QPA_PLATFORM=offscreen wireshark --version"
    plugins=$(echo "$root"/usr/lib/*/wireshark/plugins)
    as_root mkdir -p "$plugins/$1/epan"
    as_root cp -- target/release/libsynfin.so "$plugins/$1/epan/synfin.so"
}

root=
if [ -n "$series" ]; then make_root "$series"; fi

home=$(mktemp -d "${TMPDIR:-/tmp}/synfin-gui.XXXXXX")
screen=
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
    if [ -n "$screen" ]; then kill "$screen" 2>/dev/null || true; fi
    rm -rf -- "$home"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$folder" "$home/.config/wireshark"
mkdir -m 700 "$home/run"
if [ -n "$root" ]; then
    # Screen, bus and files are this machine's: only the program is the other Debian's.
    mkdir "$home/bin"
    printf '#!/bin/sh\nexec "%s" "%s" /usr/bin/wireshark "$@"\n' "$PWD/scripts/chroot-run.sh" "$root" >"$home/bin/wireshark"
    chmod +x "$home/bin/wireshark"
    PATH=$home/bin:$PATH
fi
cargo run --quiet --locked --example demo -- "$home/incident.pcap" incident

# Whoever opens Wireshark as root, or for the first time, is told so; the pictures are of what comes after.
printf 'privs.warn_if_elevated: FALSE\nsys.warn_if_no_capture: FALSE\n' >"$home/.config/wireshark/recent_common"
printf 'gui.update.enabled: FALSE\n' >"$home/.config/wireshark/preferences"
export HOME="$home" XDG_RUNTIME_DIR="$home/run" XDG_CONFIG_HOME="$home/.config" TZ=UTC LANG=C.UTF-8 LC_ALL=C.UTF-8
unset WAYLAND_DISPLAY QT_QPA_PLATFORM WIRESHARK_CONFIG_DIR DBUS_SESSION_BUS_ADDRESS LANGUAGE || true
scripts/profile.sh >/dev/null

# The server picks a number that is free and writes it when it is ready.
mkfifo "$home/display"
Xvfb -displayfd 3 -screen 0 1400x1050x24 -nolisten tcp >"$home/xvfb.log" 2>&1 3>"$home/display" &
screen=$!
read -r number <"$home/display" || ws_die "the screen (Xvfb) did not start: $(tail -n 1 "$home/xvfb.log")"
export DISPLAY=":$number"

status=0
# What the session's services say goes nowhere; what the pictures say goes to the descriptors 4 and 5.
timeout -k 10 900 dbus-run-session -- \
    sh -c 'openbox & exec /usr/bin/python3 scripts/gui/pictures.py "$@" >&4 2>&5' sh "$folder" "$home/incident.pcap" \
    4>&1 5>&2 >"$home/session.log" 2>&1 || status=$?
[ "$status" != 124 ] || ws_die "it took more than a quarter of an hour; see what stood still above"
[ "$status" = 0 ] || ws_die "failed; the last words of Wireshark: $(tail -n 3 "$home/wireshark.log" 2>/dev/null)"
ws_say "pictures in ${folder#"$PWD/"}"
