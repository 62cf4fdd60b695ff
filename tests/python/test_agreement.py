"""The library says what the command says, value by value, on every capture."""

import json
import unittest

import pyarrow
import synfin
from common import CAPTURES, MANY, ROOT, command

SCHEMA = json.loads((ROOT / "docs/connection.schema.json").read_text())["properties"]
UTC = pyarrow.timestamp("ns", tz="UTC")
PAIR = pyarrow.struct([("client", pyarrow.uint32()), ("server", pyarrow.uint32())])
FLAGS = {name: pyarrow.bool_() for name in ("sack", "timestamps", "fast_open", "multipath")}


def objects(reader, time):
    """The rows as the log has them: times as text."""
    table = reader.read_all()
    place = table.schema.get_field_index(time)
    texts = [None if ns is None else rfc_3339(ns) for ns in table.column(place).cast(pyarrow.int64()).to_pylist()]
    return table.set_column(place, time, pyarrow.array(texts, pyarrow.string())).to_pylist()


def rfc_3339(ns):
    seconds, rest = divmod(ns, 1_000_000_000)
    text = pyarrow.scalar(seconds, pyarrow.timestamp("s")).as_py().isoformat()
    return f"{text}.{rest:09}Z"


class Agreement(unittest.TestCase):
    maxDiff = None

    def hold(self, reader, time, expected, of_what):
        found = objects(reader, time)
        self.assertEqual(len(found), len(expected), of_what)
        for row, line in zip(found, expected):
            self.assertEqual(list(row), list(line), of_what)
            self.assertEqual(row, line, of_what)

    def test_connections(self):
        self.assertGreater(len(CAPTURES), 30)
        rows = 0
        for capture in CAPTURES:
            expected = command("conns", capture)
            self.hold(synfin.connections(capture), "start", expected, capture)
            rows += len(expected)
        self.assertGreater(rows, 300)

    def test_all_at_once(self):
        expected = command("conns", "--keep-all", "--wireshark", "4.0", "--language", "zh", "--no-rebase", *CAPTURES)
        reader = synfin.connections(CAPTURES, keep_all=True, wireshark="4.0", language="zh", rebase=False)
        self.hold(reader, "start", expected, "all captures")

    def test_options_reach_it(self):
        def all_of(**options):
            return synfin.connections(CAPTURES, **options).read_all().to_pylist()

        plain = all_of()
        self.assertEqual(plain, all_of(jobs=1))
        self.assertEqual(plain, all_of(language="en", rebase=True, keep_all=False))
        self.assertNotEqual(plain, all_of(language="zh"))
        self.assertNotEqual(plain, all_of(wireshark="4.0"))

    def test_segments(self):
        for capture in CAPTURES:
            self.hold(synfin.segments(capture), "time", command("segments", capture), capture)
        steps = synfin.segments(MANY).schema.field("handshake_step").type
        self.assertEqual(steps, pyarrow.list_(pyarrow.uint8()))

    def test_report_and_servers(self):
        for capture in CAPTURES:
            self.assertEqual([synfin.report(capture)], command("report", "--json", capture), capture)
        expected = command("servers", "--format", "jsonl", *CAPTURES)
        # Servers that fail alike have any order.
        key = lambda server: (str(server["server_ip"]), server["server_port"])
        self.assertEqual(sorted(synfin.servers(CAPTURES), key=key), sorted(expected, key=key))
        self.assertGreater(len(expected), 3)

    def test_types_are_those_of_the_schema(self):
        schema = synfin.connections(MANY).schema
        self.assertEqual(schema.names, list(SCHEMA))
        for name, says in SCHEMA.items():
            found = schema.field(name).type
            said = says.get("type", "string")
            said = [kind for kind in ([said] if isinstance(said, str) else said) if kind != "null"]
            if name == "start":
                self.assertEqual(found, UTC)
            elif said == ["object"]:
                self.assertEqual(found, self.negotiated(says), name)
            else:
                fits = {
                    "string": pyarrow.types.is_string,
                    "integer": pyarrow.types.is_integer,
                    "number": pyarrow.types.is_float64,
                    "boolean": pyarrow.types.is_boolean,
                }
                self.assertTrue(fits[said[0]](found), f"{name}: {found}")
                if said == ["integer"] and says.get("minimum", -1) >= 0:
                    self.assertTrue(pyarrow.types.is_unsigned_integer(found), f"{name}: {found}")

    def negotiated(self, says):
        kinds = {"mss": PAIR, "window_scale": PAIR, "ecn": pyarrow.string(), **FLAGS}
        return pyarrow.struct([(name, kinds[name]) for name in says["properties"]])


if __name__ == "__main__":
    unittest.main()
