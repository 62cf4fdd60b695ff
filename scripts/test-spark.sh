#!/bin/sh
# The Spark job of examples/spark on this machine: a cluster of two workers (pip's pyspark, in target/python, and Debian's
# Java) over a handful of captures, some of them broken.
set -eu

cd "$(dirname "$0")/.."
scripts/setup.sh java=default-jre-headless python3=python3
python=$(scripts/synfin-python.sh duckdb==2.0.1 pyspark==4.3.0)
exec "$python" -m unittest discover --start-directory tests/spark --verbose
