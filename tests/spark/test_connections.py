"""The Spark job over a folder of captures that examples/demo made, some of them broken: what it prints, and its tables.

scripts/test-spark.sh runs this with a Python that has pyspark and duckdb. TSHARK names another tshark.
"""

import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import duckdb

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOB = ROOT / "examples/spark/connections.py"
TSHARK = os.environ.get("TSHARK", "tshark")
# Not what a cluster is given: one machine, no web interface, few partitions.
LOCAL = ["spark.ui.enabled=false", "spark.sql.shuffle.partitions=2", "spark.log.level=WARN"]


def demo(path, hour):
    command = ["cargo", "run", "--quiet", "--locked", "--example", "demo", "--", path, str(hour)]
    subprocess.run(command, cwd=ROOT, check=True)


def run_job(*arguments):
    # Elsewhere than UTC, where a day begins at 18:15 UTC: hours in UTC do not come by themselves.
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable, "TZ": "Asia/Kathmandu"}
    submit = pathlib.Path(sys.executable).with_name("spark-submit")
    command = [submit, "--master", "local[2]", *(part for setting in LOCAL for part in ("--conf", setting)), JOB, *arguments]
    return subprocess.run(command, cwd=tempfile.gettempdir(), env=environment, capture_output=True, text=True, timeout=900, check=False)


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


class Connections(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="synfin spark ")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        captures = cls.folder / "captures of today"
        (captures / "morning").mkdir(parents=True)
        demo(captures / "morning/hour 0.pcap", 0)
        demo(captures / "it's hour 1.pcap", 1)
        demo(cls.folder / "hour2.pcap", 2)
        (captures / "hour2.pcap.gz").write_bytes(gzip.compress((cls.folder / "hour2.pcap").read_bytes()))
        # The first five connections of hour 2 and a part of the sixth's SYN; text; and one that takes too long.
        (captures / "cut.pcap").write_bytes((cls.folder / "hour2.pcap").read_bytes()[:3000])
        (captures / "noise.pcapng").write_text("this is no capture, whatever its name says")
        (captures / "slow.pcap").write_bytes((cls.folder / "hour2.pcap").read_bytes())
        (captures / "notes.txt").write_text("not to be read at all")
        cls.captures = captures
        cls.slow = program(cls.folder, "slow-tshark", f'case "$*" in *slow.pcap*) exec sleep 600 ;; esac\nexec "{TSHARK}" "$@"')

    def query(self, question):
        return duckdb.execute("SET TimeZone = 'UTC'").execute(question).fetchall()

    def test_three_hours_and_three_failures(self):
        output = self.folder / "out"
        done = run_job("--tshark", self.slow, "--timeout", "40", self.captures, output)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])

        lines = done.stdout.splitlines()
        self.assertEqual(lines[-1], f"connections.py: 6 captures, 78 connections, 3 failures, in {output}")
        failures = {line.split("/captures of today/")[1].split(" (on ")[0]: line for line in lines if line.startswith("failed: ")}
        self.assertEqual(sorted(failures), ["cut.pcap", "noise.pcapng", "slow.pcap"])
        self.assertIn("after 5 connections): tshark: The file", failures["cut.pcap"])
        self.assertIn("cut short in the middle of a packet", failures["cut.pcap"])
        self.assertIn("after 0 connections): tshark took more than 40.0 s", failures["slow.pcap"])
        self.assertIn("2026-03-02 10:00       6               6        6            0          0          0      0  10.0.1.54 port 5432", lines)

        # 21 connections an hour, one more in hour 0, and hour + 2 that the database refuses; and the cut capture's.
        table = f"'{output}/connections/*.parquet'"
        self.assertEqual(
            self.query(f"SELECT parse_filename(capture) AS name, count(*) FROM {table} GROUP BY name ORDER BY name"),
            [("cut.pcap", 5), ("hour 0.pcap", 24), ("hour2.pcap.gz", 25), ("it's hour 1.pcap", 24)],
        )
        self.assertEqual(
            self.query(
                f"SELECT stream, strftime(start AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f'), conn_duration, client_ip, client_port,"
                f" server_ip, server_port, handshake_kind, handshake_outcome, handshake_time, teardown_kind, teardown_closer,"
                f" reset_cause, conn_state, conn_history FROM {table}"
                f" WHERE capture LIKE '%hour 0.pcap' AND stream IN (1, 4) ORDER BY stream"
            ),
            [
                (1, "2026-03-02 08:00:02.000000", 0.012, "10.0.0.12", 49153, "10.0.1.80", 80, "three-way", "complete", 0.002,
                 "three-segment", "server", None, "SF", "ShADadfF"),
                (4, "2026-03-02 08:00:06.000000", 0.001, "10.0.0.12", 49156, "10.0.1.54", 5432, None, "refused", None,
                 "none", None, "refuses-syn", "REJ", "Sr"),
            ],
        )
        # The names and types of the log, whatever these captures have of it.
        types = dict(self.query(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {table})"))
        schema = json.loads((ROOT / "docs/connection.schema.json").read_text())["properties"]
        self.assertEqual(list(types), ["capture", *schema])
        kinds = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "object": "VARCHAR", "null": None}
        for name, says in schema.items():
            said = says.get("type", "string")
            expected = {kinds[kind] for kind in ([said] if isinstance(said, str) else said)} - {None}
            self.assertEqual({types[name]}, {"TIMESTAMP WITH TIME ZONE"} if name == "start" else expected, name)

        # The web server and the database; the scanner's other ports fail once an hour.
        answer = self.query(
            f"SELECT hour(hour AT TIME ZONE 'UTC'), server_ip || ':' || server_port AS server, failed, connections, refused, no_answer, half_open, reset"
            f" FROM '{output}/failed_by_server_and_hour/*.parquet' WHERE server IN ('10.0.1.80:80', '10.0.1.54:5432',"
            f" '10.0.1.80:443', '10.0.1.90:873') ORDER BY ALL"
        )
        self.assertEqual(
            answer,
            [
                (8, "10.0.1.54:5432", 2, 3, 2, 0, 0, 0),
                (8, "10.0.1.80:443", 1, 1, 0, 0, 0, 1),
                (8, "10.0.1.80:80", 1, 6, 0, 0, 1, 0),
                (8, "10.0.1.90:873", 1, 1, 0, 1, 0, 0),
                (9, "10.0.1.54:5432", 3, 3, 3, 0, 0, 0),
                (9, "10.0.1.80:443", 1, 1, 0, 0, 0, 1),
                (9, "10.0.1.80:80", 1, 6, 0, 0, 1, 0),
                (9, "10.0.1.90:873", 1, 1, 0, 1, 0, 0),
                # What the cut capture has is counted too: two connections to the web server, two that the database refuses.
                (10, "10.0.1.54:5432", 6, 6, 6, 0, 0, 0),
                (10, "10.0.1.80:443", 1, 1, 0, 0, 0, 1),
                (10, "10.0.1.80:80", 1, 8, 0, 0, 1, 0),
                (10, "10.0.1.90:873", 1, 1, 0, 1, 0, 0),
            ],
        )

        again = run_job(self.captures, output)
        self.assertEqual(again.returncode, 1)
        self.assertIn(f"{output} holds tables already; --overwrite replaces them", again.stdout)

    def test_a_worker_without_the_plugin(self):
        plain = program(self.folder, "plain-tshark", "echo 'other.so 1.0 dissector'")
        output = self.folder / "nothing"
        done = run_job("--tshark", plain, self.captures, output)
        self.assertEqual(done.returncode, 1, done.stderr[-3000:])
        self.assertEqual(done.stdout.splitlines()[-1], f"connections.py: 6 captures, 0 connections, 6 failures, in {output}")
        errors = self.query(f"SELECT DISTINCT error FROM '{output}/failures/*.parquet'")
        self.assertEqual(errors, [("tshark on this worker does not load the plugin synfin",)])
        self.assertEqual(self.query(f"SELECT count(*) FROM '{output}/connections/*.parquet'"), [(0,)])


if __name__ == "__main__":
    unittest.main()
