#!/bin/sh
# Bad hosts: install.sh and doctor.sh against a stand-in for tshark, one case for each thing that goes wrong on people's
# machines. Nothing of this machine is touched; root and ordinary users get the same answers.
#
# The stand-in reads the folders below $STAND and takes a plugin file for what its first words say:
#   loads VERSION | for SERIES | symbol NAME | damaged
set -eu

here=$(cd -P "$(dirname "$0")" && pwd)
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"
base=$(mktemp -d "${TMPDIR:-/tmp}/synfin-hosts.XXXXXX")
trap 'rm -rf -- "$base"' EXIT

STAND="$base/o ne, zwö 三"
export STAND
HOME=$STAND/home
TSHARK=$STAND/bin/tshark
export HOME TSHARK
unset WIRESHARK_PLUGIN_DIR

fresh() { # [VERSION]
    rm -rf -- "$STAND"
    mkdir -p "$STAND/bin" "$STAND/files" "$HOME"
    printf '%s\n' "${1:-4.4.2}" >"$STAND/version"
    printf 'loads 0.1.0 synfin.handshake.step synfin-version=0.1.0\n' >"$STAND/files/good"
    printf 'loads 0.0.9 synfin.handshake.step\n' >"$STAND/files/old"
    printf 'for 4.98 synfin.handshake.step\n' >"$STAND/files/other"
    printf 'symbol proto_missing synfin.handshake.step\n' >"$STAND/files/symbol"
    printf 'damaged\n' >"$STAND/files/damaged"
    cat >"$TSHARK" <<'END'
#!/bin/sh
version=$(cat "$STAND/version")
# As Wireshark does: without HOME, the one that the system knows.
HOME=${HOME:-$STAND/home}
series=$(echo "$version" | cut -d. -f1,2)
personal=$HOME/.local/lib/wireshark/plugins/$series
global=$STAND/lib/wireshark/plugins/$series
if [ "$(id -u)" = 0 ] || [ "$(id -g)" = 0 ]; then set -- "$1" "$2" "$global"; else set -- "$1" "$2" "$global" "$personal"; fi
option=$1 report=${2:-}
shift 2
names=' '
for folder; do
    for file in "$folder"/epan/*.so; do
        [ -f "$file" ] || continue
        name=${file##*/}
        read -r what detail _ <"$file" || true
        case $names in *" $name "*) echo "tshark: The plugin '$name' was found in multiple directories" >&2; continue ;; esac
        names="$names$name "
        case $what in
            loads) loaded="${loaded:-}$name	$detail	dissector	$file
" ;;
            for) echo "tshark: The plugin '$name' was compiled for Wireshark version $detail" >&2 ;;
            symbol) echo "tshark: Couldn't load plugin '$name': $file: undefined symbol: $detail" >&2 ;;
            damaged) kill -BUS $$ ;;
        esac
    done
done
if [ "$(printf %s "${loaded:-}" | grep -c .)" -gt 1 ]; then echo 'tshark: Dissector bug: Duplicate protocol name "TCP Lifecycle"!' >&2; exit 2; fi
case "$option $report" in
    --version*) echo "TShark (Wireshark) $version (stand-in)." ;;
    '-G folders') printf 'Personal configuration:\t%s\nGlobal configuration:\t%s\nPersonal Plugins:    \t%s\nGlobal Plugins:      \t%s\n' "$HOME/.config/wireshark" "$STAND/share" "$personal" "$global" ;;
    '-G plugins') printf %s "${loaded:-}" ;;
    '-G protocols') if [ -n "${loaded:-}" ]; then printf 'TCP Lifecycle\tsynfin\tsynfin\n'; fi ;;
esac
END
    chmod +x "$TSHARK"
    series=$(cut -d. -f1,2 <"$STAND/version")
    if [ "$(id -u)" = 0 ] || [ "$(id -g)" = 0 ]; then
        folder=$STAND/lib/wireshark/plugins/$series/epan
    else
        folder=$HOME/.local/lib/wireshark/plugins/$series/epan
    fi
    installed=$folder/synfin.so
}

cases=0
failed=0
fail() {
    failed=$((failed + 1))
    printf 'FAILED: %s: %s\n%s\n' "$title" "$1" "$said" >&2
}

# expect TITLE STATUS TEXT COMMAND...: the status, and a line that holds the text (no text: nothing is asked of the lines)
expect() {
    title=$1 status=$2 text=$3
    shift 3
    cases=$((cases + 1))
    got=0
    said=$("$@" 2>&1 </dev/null) || got=$?
    [ "$got" = "$status" ] || fail "status $got, not $status"
    case $said in *"$text"*) ;; *) fail "does not say: $text" ;; esac
    case $said in *'not found
'* | *'unbound variable'* | *'yntax error'* | *'parameter not set'*) fail "an error of the script itself" ;; esac
}

holds() { # FILE: the plugin folder holds this one file and nothing else
    cmp -s "$1" "$installed" || fail "the installed file is not ${1##*/}"
    [ "$(find "$folder" -type f | wc -l)" = 1 ] || fail "more than one file is in $folder"
}
empty() { [ -z "$(find "$folder" -type f 2>/dev/null)" ] || fail "files were left in $folder"; }

install="$here/install.sh"
doctor="$here/doctor.sh"

fresh
expect "nothing installed" 1 "not installed" "$doctor"
expect "first installation" 0 "synfin 0.1.0 installed and loaded" "$install" "$STAND/files/good"
holds "$STAND/files/good"
expect "all is well" 0 "All is well" "$doctor"
expect "the file's own version" 0 "version 0.1.0" "$doctor"
expect "no locale, no environment" 0 "All is well" env -i "PATH=$PATH" "HOME=$HOME" "STAND=$STAND" "TSHARK=$TSHARK" "$doctor"
expect "removal" 0 "removed" "$install" --uninstall
empty
expect "removal twice" 0 "nothing removed" "$install" --uninstall

# A profile without the plugin makes Wireshark complain at each start.
"$install" "$STAND/files/good" >/dev/null
mkdir -p "$HOME/.config/wireshark/profiles/synfin-zh"
expect "removal with a profile: says how" 0 "its profiles are left: synfin-zh; remove them too" "$install" --uninstall
[ -d "$HOME/.config/wireshark/profiles/synfin-zh" ] || fail "the profile is gone unasked"
expect "removal of the profiles" 0 "profiles/synfin-zh" "$here/profile.sh" --uninstall
expect "no profile, no word" 0 "synfin was not installed for this user; nothing removed" "$install" --uninstall

fresh
mkdir -p "$folder" "$STAND/synfin"
cp "$STAND/files/old" "$STAND/synfin/synfin.so"
ln -s "$STAND/synfin/synfin.so" "$installed"
expect "the package's file stays" 1 "Debian package synfin owns" "$install" "$STAND/files/good"
expect "the package's file is used" 0 "another synfin, 0.0.9, is installed already and is used" "$install" --or-use "$STAND/files/good"
[ -L "$installed" ] || fail "the package's file was replaced"

fresh
expect "--or-use with nothing there installs" 0 "synfin 0.1.0 installed and loaded" "$install" --or-use "$STAND/files/good"
"$install" "$STAND/files/old" >/dev/null
expect "update" 0 "synfin 0.1.0 installed" "$install" "$STAND/files/good"
holds "$STAND/files/good"
expect "made for another series" 1 "compiled for Wireshark version 4.98" "$install" "$STAND/files/other"
holds "$STAND/files/good"
expect "a function is missing" 1 "build it again" "$install" "$STAND/files/symbol"
holds "$STAND/files/good"
expect "a damaged file" 1 "damaged or cut off" "$install" "$STAND/files/damaged"
holds "$STAND/files/good"

fresh
expect "does not load, nothing before" 1 "nothing is installed" "$install" "$STAND/files/other"
empty
mkdir -p "$folder"
cp "$STAND/files/other" "$installed"
expect "doctor: made for another series" 1 "made for another Wireshark" "$doctor"
cp "$STAND/files/symbol" "$installed"
expect "doctor: a function is missing" 1 "proto_missing" "$doctor"
cp "$STAND/files/damaged" "$installed"
expect "doctor: a damaged file" 1 "crashed" "$doctor"
expect "doctor: names the file to remove" 1 "rm '" "$doctor"
cp "$STAND/files/good" "$installed"
cp "$STAND/files/good" "$folder/lifecycle.so"
expect "doctor: two copies" 1 "Duplicate protocol" "$doctor"
rm "$folder/lifecycle.so"
ln -s "$STAND/gone" "$folder/libsynfin.so"
expect "doctor: a dangling link" 1 "not there" "$doctor"
rm "$folder/libsynfin.so"
mkdir -p "$HOME/.config/wireshark"
echo synfin >"$HOME/.config/wireshark/disabled_protos"
expect "doctor: switched off" 1 "switched off" "$doctor"

fresh
mkdir -p "${folder%/epan}"
echo "a file" >"$folder"
expect "a file where the folder belongs" 1 "cannot make the folder" "$install" "$STAND/files/good"

# A cp that stops half-way is what a full disk looks like; one that is interrupted dies of it.
fresh
"$install" "$STAND/files/old" >/dev/null
stop_half_way() { # HOW
    # shellcheck disable=SC2016 # the stand-in's own variables
    printf '#!/bin/sh\nfor last; do :; done\nprintf loads >"$last"\n%s\n' "$1" >"$STAND/bin/cp"
}
stop_half_way 'exit 1'
chmod +x "$STAND/bin/cp"
expect "the disk is full" 1 "disk full?" env "PATH=$STAND/bin:$PATH" "$install" "$STAND/files/good"
holds "$STAND/files/old"
# shellcheck disable=SC2016
stop_half_way 'kill -TERM $PPID'
expect "interrupted" 143 "" env "PATH=$STAND/bin:$PATH" "$install" "$STAND/files/good"
holds "$STAND/files/old"

# What stops between writing and renaming, or between renaming and the check that it loads; killed outright, it cannot even
# tidy up, but what it leaves is no plugin, and the next installation removes it.
stop_at() { # PROGRAM HOW
    # shellcheck disable=SC2016 # the stand-in's own variables
    printf '#!/bin/sh\n%s\nexec /bin/%s "$@"\n' "$2" "$1" >"$STAND/bin/$1"
    chmod +x "$STAND/bin/$1"
}
fresh
"$install" "$STAND/files/old" >/dev/null
# shellcheck disable=SC2016
stop_at mv 'case $* in *.synfin.*synfin.so) rm -f "$0"; kill -TERM $PPID; sleep 1; exit 1 ;; esac'
expect "interrupted before the renaming" 143 "" env "PATH=$STAND/bin:$PATH" "$install" "$STAND/files/good"
holds "$STAND/files/old"
# shellcheck disable=SC2016
stop_at mv 'kill -KILL $PPID; exit 1'
expect "killed before the renaming" 137 "" env "PATH=$STAND/bin:$PATH" "$install" "$STAND/files/good"
rm "$STAND/bin/mv"
cmp -s "$STAND/files/old" "$installed" || fail "the old file is no longer there"
[ "$(find "$folder" -name '*.so' | wc -l)" = 1 ] || fail "a half-written file looks like a plugin"
expect "doctor: after it was killed" 0 "All is well" "$doctor"
expect "again, after it was killed" 0 "synfin 0.1.0 installed" "$install" "$STAND/files/good"
holds "$STAND/files/good"
for before in old none; do
    fresh
    if [ "$before" = old ]; then "$install" "$STAND/files/old" >/dev/null; fi
    sed "2i case \"\$1 \$2\" in '-G plugins') kill -TERM \"\$(cat '$STAND/pid')\" ;; esac" "$TSHARK" >"$STAND/bin/interrupting"
    chmod +x "$STAND/bin/interrupting"
    # shellcheck disable=SC2016 # for the inner shell
    expect "interrupted before the check, $before before" 143 "" env "TSHARK=$STAND/bin/interrupting" \
        sh -c 'echo $$ >"$STAND/pid"; exec "$@"' sh "$install" "$STAND/files/good"
    if [ "$before" = old ]; then holds "$STAND/files/old"; else empty; fi
done

# A file system that is full, and one that is read-only: real ones where mounting is allowed.
fresh
if unshare --mount true 2>/dev/null; then
    # The stand-in takes a plugin for what its first words say, however much follows.
    { cat "$STAND/files/good"; head -c 400000 /dev/zero; } >"$STAND/files/large"
    mkdir -p "$folder"
    # shellcheck disable=SC2016 # for the inner shell
    mounted='mount -t tmpfs -o "$1" none "$2"; shift 2; cp "$STAND/files/old" "$installed"; if [ "$1" = ro ]; then mount -o remount,ro "$folder"; fi; shift
        status=0; "$@" || status=$?
        cmp "$STAND/files/old" "$installed" && [ "$(find "$folder" -type f | wc -l)" = 1 ] && exit "$status"; exit 99'
    export installed folder
    expect "a full disk" 1 "disk full?" unshare --mount sh -c "$mounted" sh size=256k "$folder" rw "$install" "$STAND/files/large"
    expect "room for one copy, not for two" 1 "cannot keep a copy" unshare --mount sh -c "$mounted" sh size=8k "$folder" rw "$install" "$STAND/files/good"
    expect "a read-only file system" 1 "read-only" unshare --mount sh -c "$mounted" sh size=256k "$folder" ro "$install" "$STAND/files/good"
    # shellcheck disable=SC2016 # for the inner shell
    expect "no tshark anywhere" 1 "no tshark found" env -u TSHARK unshare --mount sh -c 'for dir in $(echo "$PATH:/usr/local/bin:/usr/bin" | tr : " "); do
        if [ -e "$dir/tshark" ]; then mount --bind /dev/null "$dir/tshark"; fi; done; "$@"' sh "$install" "$STAND/files/good"
else
    mkdir -p "$folder"
    cp "$STAND/files/old" "$installed"
    chmod 555 "$folder"
    expect "a read-only folder" 1 "read-only" "$install" "$STAND/files/good"
    holds "$STAND/files/old"
    chmod 755 "$folder"
fi
fresh
expect "no HOME" 0 "installed and loaded" env -u HOME "$install" "$STAND/files/good"
expect "doctor: no HOME" 0 "All is well" env -u HOME "$doctor"

fresh 3.6.2
expect "an old Wireshark" 1 "synfin works in $WS_WORKS_IN only" "$install" "$STAND/files/good"
empty
expect "doctor: an old Wireshark" 1 "not in 3.6" "$doctor"
fresh 4.98.0
expect "a Wireshark of tomorrow" 1 "synfin works in $WS_WORKS_IN only" "$install" "$STAND/files/good"
fresh
TSHARK=$STAND/bin/none
expect "no such tshark" 1 "does not run" "$install" "$STAND/files/good"
expect "doctor: no such tshark" 1 "does not run" "$doctor"
TSHARK=$STAND/bin/tshark
expect "no such plugin file" 1 "build it first" "$install" "$STAND/files/none"
expect "unknown option" 1 "unknown option" "$install" --frobnicate

# Two Wiresharks side by side, each with its own folder.
fresh
mkdir "$STAND/second"
sed "s|^version=.*|version=4.6.1|" "$TSHARK" >"$STAND/second/tshark"
chmod +x "$STAND/second/tshark"
TSHARK=$STAND/bin/tshark:$STAND/second/tshark
expect "two Wiresharks" 0 "Wireshark 4.6.1: synfin 0.1.0 installed" "$install" "$STAND/files/good"
holds "$STAND/files/good"
expect "doctor: two Wiresharks" 0 "Wireshark 4.6.1" "$doctor"
expect "removal from two" 0 "/4.6/epan/synfin.so" "$install" --uninstall
empty

printf 'bad hosts: %s cases, %s failed\n' "$cases" "$failed"
[ "$failed" = 0 ]
