# shellcheck shell=sh
# What the recipes share; they source it. TSHARK names another tshark than the one in the PATH.
#
# A capture that cannot be read, or not to its end, is named on stderr; what could be read of it counts, the others are
# read all the same, and the recipe ends with status 1.

# Decimal points, and the same order everywhere.
export LC_ALL=C
me=${0##*/}
tshark=${TSHARK:-tshark}
status=0

say() { printf '%s: %s\n' "$me" "$1" >&2; }
die() { say "$1"; exit 2; }

# need COMMAND PACKAGE: the command is here, or one line says what to install.
need() { command -v "$1" >/dev/null 2>&1 || die "$1 is not here; install it (Debian: apt-get install $2)"; }

# begin LEAST ARGUMENT...: help, enough arguments, a tshark that has the plugin, and a folder for what lies in between.
begin() {
    least=$1
    shift
    case ${1:-} in
        -h | --help) sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    esac
    if [ "$#" -lt "$least" ]; then
        sed -n "s/^#  *\($me.*\)/usage: \1/p" "$0" >&2
        exit 2
    fi
    need "$tshark" tshark
    if ! "$tshark" -G plugins 2>/dev/null | grep -q '^synfin'; then
        die "$tshark does not load the plugin synfin (make install puts it in its place, make doctor says what is wrong)"
    fi
    work=$(mktemp -d)
    trap 'rm -rf -- "$work"' EXIT
}

# rows FILTER FIELD... -- CAPTURE...: a line a frame that passes, with the capture's name and the fields between tabs. In
# two passes, so that what is said of a connection is final.
rows() {
    filter=$1
    shift
    : >"$work/fields"
    while [ "$1" != -- ]; do
        printf '%s\n' "$1" >>"$work/fields"
        shift
    done
    shift
    for capture in "$@"; do
        # shellcheck disable=SC2046 # names of fields, split on purpose
        "$tshark" -2 -r "$capture" -Y "$filter" -T fields -E occurrence=f $(sed 's/^/-e /' "$work/fields") \
            >"$work/rows" 2>"$work/complaints" || {
            say "$(grep -v '^Running as user' "$work/complaints" | tr '\n' ' ')"
            printf x >>"$work/failed"
        }
        CAPTURE=$capture awk '{ print ENVIRON["CAPTURE"] "\t" $0 }' "$work/rows"
    done
}

# log CAPTURE...: the connection log, one JSON object a connection and line, with the capture's name in front.
log() {
    for capture in "$@"; do
        "$tshark" -q -r "$capture" -z synfin,jsonl >"$work/rows" 2>"$work/complaints" || {
            say "$(grep -v '^Running as user' "$work/complaints" | tr '\n' ' ')"
            printf x >>"$work/failed"
        }
        CAPTURE=$capture awk '
            BEGIN { name = ENVIRON["CAPTURE"]; gsub(/\\/, "\\\\", name); gsub(/"/, "\\\"", name); gsub(/\t/, "\\t", name) }
            /^\{/ { print "{\"capture\":\"" name "\"," substr($0, 2) }' "$work/rows"
    done
}

# show HEADING: the heading and what comes in, or that nothing did.
show() {
    awk -v heading="$1" -v failed="$work/failed" 'NR == 1 { print heading } { print }
        END { if (NR == 0) print "nothing found" ((getline < failed) > 0 ? " in what could be read" : "") }'
}

# finish: the status to end with.
finish() {
    if [ -e "$work/failed" ]; then status=1; fi
    exit "$status"
}
