#!/bin/sh
# Formatting, warnings and licences. Every check runs, also after one failed; a tool that is not here and cannot be
# installed is named, not counted as a failure.
set -eu

cd "$(dirname "$0")/.."
WS_ME=lint
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

failed=
# check TITLE COMMAND...
check() {
    title=$1
    shift
    if "$@"; then
        ws_say "lint: $title: ok"
    else
        failed="$failed${failed:+, }$title"
        ws_say "lint: $title: FAILED (above)" >&2
    fi
}

c_warnings() {
    for file in plugin-c/*.c; do
        # shellcheck disable=SC2046 # flags, split on purpose
        cc -std=c11 -fsyntax-only -Wall -Wextra -Werror -Iplugin-c $(pkg-config --cflags wireshark) "$file" || return 1
    done
}

# cargo-deny when it is here. Otherwise the one thing of it that matters most: no licence that deny.toml does not allow,
# and nothing from elsewhere than crates.io. Of "MIT OR Apache-2.0" one has to be allowed; of "A AND B", both.
licences() {
    if cargo deny --version >/dev/null 2>&1; then
        cargo deny --log-level error check licenses bans sources
        return
    fi
    ws_say "lint: cargo-deny is not installed (cargo install --locked cargo-deny); checking licences and sources alone"
    if grep '^source = ' Cargo.lock | grep -v 'registry+https://github.com/rust-lang/crates.io-index'; then return 1; fi
    allowed=$(sed -n '/^allow = \[/,/^\]/s/^ *"\(.*\)",.*/\1/p' deny.toml | tr '\n' '|')
    excepted=$(sed -n 's/^ *{ crate = "\(.*\)", allow = .*/\1/p' deny.toml | tr '\n' '|')
    crates=$(cargo tree --quiet --locked --all-features --edges normal,build,dev --prefix none --format '{p}|{l}') || return 1
    printf '%s\n' "$crates" | sed 's/ (\*)$//' | sort -u |
        awk -F '|' -v allowed="$allowed" -v excepted="$excepted" '
            BEGIN {
                n = split(allowed, name, "|"); for (i = 1; i <= n; i++) if (name[i] != "") good[name[i]] = 1
                n = split(excepted, name, "|"); for (i = 1; i <= n; i++) known[name[i]] = 1
            }
            {
                split($1, words, " ")
                if (words[1] in known) next
                text = $2; gsub(/ *\/ */, " OR ", text); gsub(/[()]/, "", text)
                all = 1
                parts = split(text, part, / AND /)
                for (i = 1; i <= parts; i++) {
                    any = 0
                    choices = split(part[i], choice, / OR /)
                    for (j = 1; j <= choices; j++) if (choice[j] in good) any = 1
                    if (!any) all = 0
                }
                if (!all) { print "not allowed by deny.toml: " $1 ": " ($2 == "" ? "no licence" : $2); bad = 1 }
            }
            END { exit bad }'
}

shell_scripts() {
    if ! command -v shellcheck >/dev/null 2>&1 && ! scripts/setup.sh shellcheck=shellcheck; then
        ws_say "lint: shellcheck is not here and could not be installed; the scripts are not checked"
        return 0
    fi
    # All that git knows of and that starts like a shell script, wherever it lies.
    git ls-files -z --cached --others --exclude-standard | xargs -0 grep -l -Z -m 1 -E '^#!/.*[/ ](ba|da)?sh$' -- 2>/dev/null |
        xargs -0 shellcheck -x -P .
}

check "formatting" cargo fmt --all --check
check "clippy" cargo clippy --quiet --locked --workspace --all-targets -- -D warnings
check "C warnings" c_warnings
check "shell scripts" shell_scripts
check "licences" licences

[ -z "$failed" ] || ws_die "not clean: $failed"
