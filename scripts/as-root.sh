# shellcheck shell=sh
# as-root.sh: sourced by the scripts that make and enter other systems.

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}
