"""The Spark job over a folder of captures that examples/demo made, some of them broken: what it prints, and its tables.

scripts/test-spark.sh runs this with a Python that has pyspark, duckdb and synfin.
"""

import collections
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
# Not what a cluster is given: no web interface, few partitions, little memory. Two workers with a process and a core each.
CLUSTER = "local-cluster[2,1,1024]"
SETTINGS = [
    "spark.ui.enabled=false",
    "spark.sql.shuffle.partitions=2",
    "spark.log.level=WARN",
    "spark.driver.memory=768m",
    "spark.executor.memory=640m",
    # Work begins when both are there.
    "spark.scheduler.minRegisteredResourcesRatio=1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime=120s",
    "spark.eventLog.enabled=true",
    "spark.eventLog.compress=false",
]


def demo(path, hour):
    command = ["cargo", "run", "--quiet", "--locked", "--example", "demo", "--", path, str(hour)]
    subprocess.run(command, cwd=ROOT, check=True)


def run_job(master, events, *arguments, **environment):
    # Elsewhere than UTC, where a day begins at 18:15 UTC: hours in UTC do not come by themselves.
    python = {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    environment = {**os.environ, **python, "TZ": "Asia/Kathmandu", **environment}
    submit = pathlib.Path(sys.executable).with_name("spark-submit")
    settings = [*SETTINGS, f"spark.eventLog.dir={events.as_uri()}"]
    command = [submit, "--master", master, *(part for setting in settings for part in ("--conf", setting)), JOB, *arguments]
    return subprocess.run(command, cwd=tempfile.gettempdir(), env=environment, capture_output=True, text=True, timeout=900, check=False)


def executors(events):
    """Where tasks ran, by Spark's own log: the number of tasks of each executor."""
    found = collections.Counter()
    for path in events.rglob("*"):
        if path.is_file():
            for line in path.read_text(errors="replace").splitlines():
                if '"SparkListenerTaskEnd"' in line:
                    found[json.loads(line)["Task Info"]["Executor ID"]] += 1
    return found


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
        # The first five connections of hour 2 and a part of the sixth's SYN; text; and a pipe to which nobody writes.
        (captures / "cut.pcap").write_bytes((cls.folder / "hour2.pcap").read_bytes()[:3000])
        (captures / "noise.pcapng").write_text("this is no capture, whatever its name says")
        os.mkfifo(captures / "slow.pcap")
        (captures / "notes.txt").write_text("not to be read at all")
        cls.captures = captures

    def setUp(self):
        # What Spark says of a job, apart from that of others.
        events = tempfile.TemporaryDirectory(prefix="events ", dir=self.folder)
        self.addCleanup(events.cleanup)
        self.events = pathlib.Path(events.name)

    def query(self, question):
        return duckdb.execute("SET TimeZone = 'UTC'").execute(question).fetchall()

    def test_three_hours_and_three_failures(self):
        output = self.folder / "out"
        done = run_job(CLUSTER, self.events, "--timeout", "20", self.captures, output)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])

        lines = done.stdout.splitlines()
        self.assertEqual(lines[-1], f"connections.py: 6 captures, 78 connections, 3 failures, in {output}")
        failures = {line.split("/captures of today/")[1].split(" (on ")[0]: line for line in lines if line.startswith("failed: ")}
        self.assertEqual(sorted(failures), ["cut.pcap", "noise.pcapng", "slow.pcap"])
        self.assertIn("after 5 connections): ", failures["cut.pcap"])
        self.assertRegex(failures["cut.pcap"], r"cut\.pcap ends in the middle of a frame, after frame \d+$")
        self.assertIn("noise.pcapng is not a capture file: neither pcap nor pcapng", failures["noise.pcapng"])
        self.assertIn("after 0 connections): reading took more than 20.0 s", failures["slow.pcap"])
        self.assertIn("2026-03-02 10:00       6               6        6            0          0          0      0  10.0.1.54 port 5432", lines)

        # Both workers had a part of it.
        tasks = executors(self.events)
        self.assertEqual(sorted(tasks), ["0", "1"], tasks)

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
        kinds = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "null": None}
        for name, says in schema.items():
            said = says.get("type", "string")
            if name == "negotiated":
                self.assertEqual(types[name].replace('"', "").split("(")[:2], ["STRUCT", "mss STRUCT"])
                continue
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

        agreed = self.query(f"SELECT DISTINCT negotiated.mss.client, negotiated.mss.server FROM {table} WHERE negotiated IS NOT NULL")
        self.assertEqual(agreed, [(1460, 1460)])

        again = run_job("local[1]", self.events, self.captures, output)
        self.assertEqual(again.returncode, 1)
        self.assertIn(f"{output} holds tables already; --overwrite replaces them", again.stdout)

    def test_a_worker_without_the_library(self):
        (self.folder / "without/synfin").mkdir(parents=True)
        (self.folder / "without/synfin/__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'synfin'\")\n")
        output = self.folder / "nothing"
        done = run_job("local[2]", self.events, self.captures, output, PYTHONPATH=str(self.folder / "without"))
        self.assertEqual(done.returncode, 1, done.stderr[-3000:])
        self.assertEqual(done.stdout.splitlines()[-1], f"connections.py: 6 captures, 0 connections, 6 failures, in {output}")
        errors = self.query(f"SELECT DISTINCT error FROM '{output}/failures/*.parquet'")
        self.assertEqual(errors, [("the library synfin is not on this worker: No module named 'synfin'",)])
        self.assertEqual(self.query(f"SELECT count(*) FROM '{output}/connections/*.parquet'"), [(0,)])


if __name__ == "__main__":
    unittest.main()
