#!/usr/bin/env python3
"""The connection log of a folder of captures, made by tshark with synfin on all workers, as Parquet.

    spark-submit connections.py CAPTURES OUTPUT

Each capture below the folder CAPTURES is read by a tshark on some worker, so the folder has to be there on all of them under
the same path. OUTPUT, a folder on whatever file system Spark writes to, gets three tables:

    connections                 a line a connection; the keys of the connection log
    failures                    captures that could not be read, or not to their end, and why
    failed_by_server_and_hour   handshakes that failed, by server and hour (UTC) of their first segment

A capture that fails is reported and costs nothing of the others. The status is 1 when no capture at all could be read, or,
with --strict, when one could not.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading

from pyspark import StorageLevel
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession, functions as f

SUFFIXES = re.compile(r"\.(pcap|pcapng|cap|dmp)\d*(\.(gz|zst|lz4))?$", re.IGNORECASE)

# The keys of the connection log (docs/connection.schema.json) behind the capture; `negotiated` as JSON.
CONNECTIONS = """
capture string, stream bigint, start timestamp, client_ip string, client_port bigint, server_ip string, server_port
bigint, community_id string, reset string, reset_cause string, reset_answers bigint, reset_idle double, reset_hops
bigint, reset_ignored boolean, conn_explain string, handshake_outcome string, handshake_kind string, teardown_kind
string, teardown_closer string, reset_by string, reset_frame bigint, conn_icmp string, conn_icmp_frame bigint,
negotiated string, teardown_half_close_bytes bigint, conn_state string, conn_history string, conn_guessed boolean,
conn_duration double, handshake_time double, handshake_synack_rtt double, handshake_ack_rtt double, handshake_syns
bigint, handshake_attempts bigint, handshake_frame1 bigint, handshake_frame2 bigint, handshake_frame3 bigint,
teardown_time double, teardown_frame1 bigint, teardown_frame2 bigint, teardown_frame3 bigint, teardown_frame4 bigint,
conn_client_packets bigint, conn_server_packets bigint, conn_client_bytes bigint, conn_server_bytes bigint,
conn_previous bigint
"""
COLUMNS = [column.split() for column in CONNECTIONS.split(",")]
FAILURES = "capture string, worker string, connections bigint, error string"
FAILED = ("refused", "unreachable", "no-answer", "invalid-answer", "old-connection", "half-open", "reset")


def value(kind, said):
    """What the log says, as Spark takes it."""
    if kind == "timestamp" and said:
        # To the microsecond: 2026-03-02T08:00:01.000000000Z.
        return datetime.datetime.fromisoformat(said[:26] + "+00:00")
    if kind == "double" and said is not None:
        return float(said)
    return json.dumps(said) if isinstance(said, dict) else said


def connection(capture, line):
    """A line of the log as a row of the table."""
    log = json.loads(line)
    return (capture, *(value(kind, log[name]) for name, kind in COLUMNS[1:]))


def complaint(worker, error):
    """What tshark said, without its warning that it runs as root."""
    lines = [line for line in error.splitlines() if line.strip() and not line.startswith("Running as user")]
    return " ".join(lines) or f"tshark on {worker} failed and said nothing"


def why_useless(tshark):
    """Why this worker's tshark cannot do the job; None when it can."""
    try:
        plugins = subprocess.run([tshark, "-G", "plugins"], capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"tshark does not run on this worker: {error}"
    if not any(line.startswith("synfin") for line in plugins.stdout.splitlines()):
        return "tshark on this worker does not load the plugin synfin"
    return None


def read(capture, tshark, timeout):
    """The connections of one capture, each as ("connection", row), and ("failure", row) when something went wrong."""
    worker, count, error = socket.gethostname(), 0, None
    command = [tshark, "-n", "-q", "-r", capture, "-z", "synfin,jsonl"]
    try:
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, encoding="utf-8", errors="replace")
            late = threading.Event()
            timer = threading.Timer(timeout, lambda: (late.set(), process.kill()))
            timer.start()
            try:
                for line in process.stdout:
                    yield "connection", connection(capture, line.rstrip("\n"))
                    count += 1
                status = process.wait()
            finally:
                timer.cancel()
                process.kill()
                process.stdout.close()
                process.wait()
            if late.is_set():
                error = f"tshark took more than {timeout} s"
            elif status != 0:
                complaints.seek(0)
                error = complaint(worker, complaints.read().decode(errors="replace"))
    except (OSError, ValueError) as problem:
        error = str(problem)
    if error:
        yield "failure", (capture, worker, count, error)


def read_all(captures, tshark, timeout):
    """The same for a worker's share of the captures."""
    useless = None
    for number, capture in enumerate(captures):
        if number == 0:
            useless = why_useless(tshark)
        if useless:
            yield "failure", (capture, socket.gethostname(), 0, useless)
        else:
            yield from read(capture, tshark, timeout)


def captures_below(folder):
    """All captures, the largest first: the last ones to be begun should be short."""
    found = []
    for place, _, names in os.walk(folder):
        for name in filter(SUFFIXES.search, names):
            path = os.path.join(place, name)
            size = 0
            # What vanishes in the meantime is reported when it is read.
            with contextlib.suppress(OSError):
                size = os.path.getsize(path)
            found.append((-size, path))
    return [path for _, path in sorted(found)]


def failed_by_server_and_hour(connections):
    """A line for each server and hour with failed handshakes, how they failed, and how many connections there were."""
    count = [f.count_if(f.col("handshake_outcome") == how).alias(how.replace("-", "_")) for how in FAILED]
    table = connections.groupBy(f.date_trunc("hour", "start").alias("hour"), "server_ip", "server_port").agg(
        f.count_if(f.col("handshake_outcome").isin(*FAILED)).alias("failed"), f.count("*").alias("connections"), *count
    )
    return table.where("failed > 0").orderBy("hour", f.desc("failed"), "server_ip", "server_port")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("captures", type=pathlib.Path, help="folder of captures, the same on all workers")
    parser.add_argument("output", help="folder or URL for the three tables")
    parser.add_argument("--tshark", default="tshark", help="the program, as workers find it")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds for one capture (default %(default)g)")
    parser.add_argument("--tasks", type=int, default=10_000, help="at most so many tasks (default %(default)d)")
    parser.add_argument("--overwrite", action="store_true", help="replace what OUTPUT holds")
    parser.add_argument("--strict", action="store_true", help="end with status 1 when a capture failed")
    options = parser.parse_args()
    if not options.captures.is_dir():
        sys.exit(f"connections.py: {options.captures} is not a folder")
    captures = captures_below(options.captures.resolve())
    if not captures:
        sys.exit(f"connections.py: no captures below {options.captures}")

    spark = (
        SparkSession.builder.appName("synfin connections")
        .config("spark.sql.session.timeZone", "UTC")
        # Spark's own default is a type that other readers take for a time without a zone.
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .getOrCreate()
    )
    tshark, timeout, output = options.tshark, options.timeout, options.output.rstrip("/")
    results = (
        spark.sparkContext.parallelize(captures, min(len(captures), options.tasks))
        .mapPartitions(lambda share: read_all(share, tshark, timeout))
        .persist(StorageLevel.MEMORY_AND_DISK)
    )

    # Better now than when all the work is done.
    with contextlib.suppress(AnalysisException):
        spark.read.parquet(f"{output}/connections")
        if not options.overwrite:
            sys.exit(f"connections.py: {output} holds tables already; --overwrite replaces them")

    def table(kind, schema, parts):
        rows = results.filter(lambda result: result[0] == kind).map(lambda result: result[1])
        return spark.createDataFrame(rows, schema, verifySchema=False).coalesce(parts)

    def save(frame, name):
        """Writes a table, and gives it as it was written."""
        frame.write.mode("overwrite" if options.overwrite else "error").parquet(f"{output}/{name}")
        return spark.read.parquet(f"{output}/{name}")

    # The first look at the results makes all of them, with as many tasks as there are captures; few files are written.
    counts = results.map(lambda result: result[0]).countByValue()
    failures = save(table("failure", FAILURES, 1), "failures")
    connections = save(table("connection", CONNECTIONS, 1 + counts["connection"] // 1_000_000), "connections")
    results.unpersist()
    answer = save(failed_by_server_and_hour(connections).coalesce(1), "failed_by_server_and_hour")

    print("hour              failed  of connections  refused  unreachable  no answer  half-open  reset  server")
    shown = answer.withColumn("hour", f.date_format("hour", "yyyy-MM-dd HH:mm"))
    for row in shown.orderBy("hour", f.desc("failed"), "server_ip", "server_port").limit(1000).collect():
        print(
            f"{row.hour or '-':16}  {row.failed:6}  {row.connections:14}  {row.refused:7}  {row.unreachable:11}  {row.no_answer:9}  {row.half_open:9}"
            f"  {row.reset:5}  {row.server_ip} port {row.server_port}"
        )
    read_count, failed = counts["connection"], counts["failure"]
    for row in failures.orderBy("capture").limit(20).collect():
        print(f"failed: {row.capture} (on {row.worker}, after {row.connections} connections): {row.error}")
    print(f"connections.py: {len(captures)} captures, {read_count} connections, {failed} failures, in {output}")
    spark.stop()
    sys.exit(failed == len(captures) and read_count == 0 or (options.strict and failed > 0))


if __name__ == "__main__":
    main()
