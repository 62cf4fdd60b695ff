#!/bin/sh
# Prints the bill of materials of the plugin (CycloneDX 1.5, JSON): synfin, each crate linked into it with its licence and
# the checksum crates.io knows it by, and Rust's standard library. Build tools and tests are not in the plugin.
set -eu

cd "$(dirname "$0")/.."
time=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" +%Y-%m-%dT%H:%M:%SZ)
crates=$(cargo tree --quiet --locked --edges normal,no-proc-macro --prefix none --format '{p}|{l}')
rust=$(rustc --version | cut -d' ' -f2)

printf '%s\n' "$crates" | sed 's/ (\*)$//' | LC_ALL=C sort -u | awk -F '|' -v time="$time" -v rust="$rust" '
    function component(name, version, licence, sum,    line) {
        gsub(/ *\/ */, " OR ", licence)
        line = "{ \"type\": \"library\", \"name\": \"" name "\", \"version\": \"" version "\""
        if (sum != "rust") line = line ", \"purl\": \"pkg:cargo/" name "@" version "\""
        if (licence != "") line = line ", \"licenses\": [{ \"expression\": \"" licence "\" }]"
        if (sum ~ /^[0-9a-f]+$/) line = line ", \"hashes\": [{ \"alg\": \"SHA-256\", \"content\": \"" sum "\" }]"
        return line " }"
    }
    FILENAME == "Cargo.lock" {
        split($0, word, "\"")
        if (/^name = /) name = word[2]
        if (/^version = /) version = word[2]
        if (/^checksum = /) sum[name " " version] = word[2]
        next
    }
    {
        split($1, word, " ")
        version = substr(word[2], 2)
        if (word[1] == "synfin") { own = version; licence = $2; next }
        list[++n] = component(word[1], version, $2, sum[word[1] " " version])
    }
    END {
        list[++n] = component("rust-std", rust, "MIT OR Apache-2.0", "rust")
        print "{"
        print "  \"bomFormat\": \"CycloneDX\","
        print "  \"specVersion\": \"1.5\","
        print "  \"version\": 1,"
        print "  \"metadata\": {"
        print "    \"timestamp\": \"" time "\","
        print "    \"component\": " component("synfin", own, licence, "rust")
        print "  },"
        print "  \"components\": ["
        for (i = 1; i <= n; i++) print "    " list[i] (i < n ? "," : "")
        print "  ]"
        print "}"
    }' Cargo.lock -
