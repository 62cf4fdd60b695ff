#!/usr/bin/env python3
"""The connection log of a folder of captures, read by the library synfin on all workers, as Parquet.

    spark-submit connections.py CAPTURES OUTPUT

Each capture below the folder CAPTURES is read on some worker, so the folder has to be there on all of them under the same
path. OUTPUT, a folder on whatever file system Spark writes to, gets three tables:

    connections                 a line a connection; the keys of the connection log
    failures                    captures that could not be read, or not to their end, and why
    failed_by_server_and_hour   handshakes that failed, by server and hour (UTC) of their first segment

A capture that fails is reported and costs nothing of the others. The status is 1 when no capture at all could be read, or,
with --strict, when one could not.
"""

import argparse
import contextlib
import os
import pathlib
import re
import signal
import socket
import sys
import time

import pyarrow
from pyspark import StorageLevel
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession, functions as f
from pyspark.sql.types import StructType

SUFFIXES = re.compile(r"\.(pcap|pcapng|cap|dmp)\d*(\.(gz|zst))?$", re.IGNORECASE)

# The keys of the connection log (docs/connection.schema.json) behind the capture.
CONNECTIONS = """
capture string, stream bigint, start timestamp, client_ip string, client_port bigint, server_ip string, server_port
bigint, community_id string, reset string, reset_cause string, reset_answers bigint, reset_idle double, reset_hops
bigint, reset_ignored boolean, conn_explain string, handshake_outcome string, handshake_kind string, teardown_kind
string, teardown_closer string, reset_by string, reset_frame bigint, conn_icmp string, conn_icmp_frame bigint,
negotiated struct<mss: struct<client: bigint, server: bigint>, window_scale: struct<client: bigint, server: bigint>,
sack: boolean, timestamps: boolean, ecn: string, fast_open: boolean, multipath: boolean>, teardown_half_close_bytes
bigint, conn_state string, conn_history string, conn_guessed boolean, conn_duration double, handshake_time double,
handshake_synack_rtt double, handshake_ack_rtt double, handshake_syns bigint, handshake_attempts bigint,
handshake_frame1 bigint, handshake_frame2 bigint, handshake_frame3 bigint, teardown_time double, teardown_frame1 bigint,
teardown_frame2 bigint, teardown_frame3 bigint, teardown_frame4 bigint, conn_client_packets bigint, conn_server_packets
bigint, conn_client_bytes bigint, conn_server_bytes bigint, conn_previous bigint
"""
# What becomes of a capture: rows of connections, and at the end one that says where it was read, how many there were, and what
# was wrong. A row of one has nothing in the columns of the other.
FAILURES = "capture string, worker string, connections bigint, error string"
RESULTS = f"{CONNECTIONS.strip()}, worker string, connections bigint, error string"
FAILED = ("refused", "unreachable", "no-answer", "invalid-answer", "old-connection", "half-open", "reset")


def arrow_type(kind):
    """The type of Arrow for one of Spark, of those above."""
    if isinstance(kind, StructType):
        return pyarrow.struct([(member.name, arrow_type(member.dataType)) for member in kind])
    time = pyarrow.timestamp("us", tz="UTC")
    kinds = {"string": pyarrow.string(), "bigint": pyarrow.int64(), "double": pyarrow.float64(), "boolean": pyarrow.bool_(), "timestamp": time}
    return kinds[kind.simpleString()]


class TooLong(Exception):
    """A capture takes too long to read."""


def too_long(*_):
    raise TooLong


def batches(reader, timeout):
    """What a reader gives in so many seconds of reading. While Spark takes rows away, nothing counts."""
    left = timeout
    while True:
        begun = time.monotonic()
        try:
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))
            batch = reader.read_next_batch()
        except StopIteration:
            return
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        left -= time.monotonic() - begun
        yield batch


def read(capture, schema, timeout):
    """The connections of one capture, and a row that says how it ended."""
    count, error = 0, None
    try:
        import synfin

        # A task has one core.
        for batch in batches(synfin.connections(capture, jobs=1), timeout):
            count += len(batch)
            columns = [pyarrow.repeat(capture, len(batch)), *batch.columns]
            columns += [pyarrow.nulls(len(batch))] * (len(schema) - len(columns))
            # Spark has no unsigned numbers, and times to the microsecond.
            columns = [column.cast(field.type, safe=False) for column, field in zip(columns, schema)]
            yield pyarrow.RecordBatch.from_arrays(columns, schema=schema)
    except TooLong:
        error = f"reading took more than {timeout} s"
    except ImportError as problem:
        error = f"the library synfin is not on this worker: {problem}"
    except (OSError, ValueError, RuntimeError) as problem:
        error = str(problem)
    end = {"capture": capture, "worker": socket.gethostname(), "connections": count, "error": error}
    yield pyarrow.RecordBatch.from_pylist([end], schema=schema)


def read_all(schema, timeout):
    """What Spark runs on the workers: batches of captures in, batches of results out."""

    def work(shares):
        arrow = pyarrow.schema(list(arrow_type(schema)))
        signal.signal(signal.SIGALRM, too_long)
        for share in shares:
            for capture in share.column("capture").to_pylist():
                yield from read(capture, arrow, timeout)

    return work


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
    output = options.output.rstrip("/")
    # Better now than when all the work is done.
    with contextlib.suppress(AnalysisException):
        spark.read.parquet(f"{output}/connections")
        if not options.overwrite:
            sys.exit(f"connections.py: {output} holds tables already; --overwrite replaces them")

    def save(frame, name):
        """Writes a table, and gives it as it was written."""
        frame.write.mode("overwrite" if options.overwrite else "error").parquet(f"{output}/{name}")
        return spark.read.parquet(f"{output}/{name}")

    # A task a capture, in this order.
    tasks = spark.sparkContext.parallelize([(capture,) for capture in captures], min(len(captures), options.tasks))
    empty = spark.createDataFrame([], RESULTS)
    results = (
        spark.createDataFrame(tasks, "capture string", verifySchema=False)
        .mapInArrow(read_all(empty.schema, options.timeout), RESULTS)
        .persist(StorageLevel.MEMORY_AND_DISK)
    )
    # The first look at the results makes all of them, with as many tasks as there are captures; few files are written.
    ends = results.where("worker IS NOT NULL").select("capture", "worker", "connections", "error")
    read_count, failed = ends.agg(f.sum("connections"), f.count("error")).first()
    failures = save(ends.where("error IS NOT NULL").coalesce(1), "failures")
    rows = results.where("worker IS NULL").drop("worker", "connections", "error")
    connections = save(rows.coalesce(1 + read_count // 1_000_000), "connections")
    results.unpersist()
    answer = save(failed_by_server_and_hour(connections).coalesce(1), "failed_by_server_and_hour")

    print("hour              failed  of connections  refused  unreachable  no answer  half-open  reset  server")
    shown = answer.withColumn("hour", f.date_format("hour", "yyyy-MM-dd HH:mm"))
    for row in shown.orderBy("hour", f.desc("failed"), "server_ip", "server_port").limit(1000).collect():
        print(
            f"{row.hour or '-':16}  {row.failed:6}  {row.connections:14}  {row.refused:7}  {row.unreachable:11}  {row.no_answer:9}  {row.half_open:9}"
            f"  {row.reset:5}  {row.server_ip} port {row.server_port}"
        )
    for row in failures.orderBy("capture").limit(20).collect():
        print(f"failed: {row.capture} (on {row.worker}, after {row.connections} connections): {row.error}")
    print(f"connections.py: {len(captures)} captures, {read_count} connections, {failed} failures, in {output}")
    spark.stop()
    sys.exit(failed == len(captures) and read_count == 0 or (options.strict and failed > 0))


if __name__ == "__main__":
    main()
