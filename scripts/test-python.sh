#!/bin/sh
# The library for Python (python/): builds it, installs it into target/python, and holds it against the command `synfin` on
# all captures; pandas, polars and DuckDB read it.
set -eu

cd "$(dirname "$0")/.."
# The features of scripts/test.sh, so that nothing is built twice.
cargo build --quiet --locked --package synfin-cli --all-features
python=$(scripts/synfin-python.sh duckdb==2.0.1 pandas==2.2.3 polars==2.1.0 mypy==2.4.1)
"$python" -m mypy --strict --disable-error-code import-untyped --cache-dir target/mypy python/synfin
exec "$python" -m unittest discover --start-directory tests/python --verbose
