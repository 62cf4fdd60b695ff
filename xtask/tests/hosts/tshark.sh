#!/bin/sh
# A stand-in for tshark, whose Wireshark is the folders below $STAND. It takes a plugin file for what its first words say:
#   loads VERSION | for SERIES | symbol NAME | damaged
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
