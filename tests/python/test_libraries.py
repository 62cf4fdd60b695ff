"""pandas, polars, DuckDB and Parquet take the connections, with the right types."""

import unittest

import duckdb
import pandas
import polars
import pyarrow.parquet
import synfin
from common import MANY, ROOT, Folder, command

FIRST = command("conns", MANY)[0]
REFUSED = ROOT / "tests/captures/refused_port.pcap"


class Libraries(Folder):
    def test_pandas(self):
        frame = synfin.connections(MANY).read_pandas()
        self.assertEqual(len(frame), 240)
        self.assertEqual(str(frame.dtypes["start"]), "datetime64[ns, UTC]")
        self.assertEqual((frame.dtypes["stream"], frame.dtypes["handshake_time"]), ("uint32", "float64"))
        self.assertEqual(frame.start[0], pandas.Timestamp(FIRST["start"]))
        self.assertEqual(frame.negotiated[0], FIRST["negotiated"])
        counts = frame.groupby("handshake_outcome").size().to_dict()
        self.assertEqual(counts, {"complete": 210, "refused": 30})

    def test_polars(self):
        frame = polars.from_arrow(synfin.connections(MANY))
        self.assertEqual(frame.schema["start"], polars.Datetime("ns", "UTC"))
        self.assertEqual(frame.schema["stream"], polars.UInt32)
        self.assertEqual(frame.filter(polars.col("handshake_outcome") == "refused").height, 30)
        self.assertEqual(frame["negotiated"].struct.field("mss").struct.field("client")[0], FIRST["negotiated"]["mss"]["client"])
        # The interface without pyarrow's classes.
        self.assertEqual(polars.DataFrame(synfin.connections(MANY)).height, 240)

    def test_duckdb(self):
        log = synfin.connections(MANY)
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            "SELECT handshake_outcome, count(*), min(start), any_value(typeof(start)), any_value(typeof(stream)), max(negotiated.mss.server)"
            " FROM log GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        self.assertEqual([row[:2] for row in found], [("complete", 210), ("refused", 30)])
        self.assertEqual(found[0][2].strftime("%Y-%m-%dT%H:%M:%S.%f"), FIRST["start"][:26])
        self.assertEqual(found[0][3:], ("TIMESTAMPTZ_NS", "UINTEGER", FIRST["negotiated"]["mss"]["server"]))
        # What is raised after the rows fails the query, and says why.
        cut = synfin.connections(self.cut())
        with self.assertRaisesRegex(Exception, "ends in the middle of a frame"):
            connection.execute("SELECT count(*) FROM cut").fetchall()
        cut = synfin.connections(self.cut(), errors="warn")
        with self.assertWarns(synfin.CaptureWarning):
            [(count,)] = connection.execute("SELECT count(*) FROM cut").fetchall()
        self.assertGreater(count, 100)

    def test_parquet(self):
        path = self.folder / "log.parquet"
        reader = synfin.connections([MANY, REFUSED], capture_column="capture")
        with pyarrow.parquet.ParquetWriter(path, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
        table = pyarrow.parquet.read_table(path)
        self.assertEqual(table.num_rows, 241)
        self.assertEqual(table.schema.field("start").type, pyarrow.timestamp("ns", tz="UTC"))
        self.assertEqual(table.column("capture").to_pylist(), [str(MANY)] * 240 + [str(REFUSED)])


if __name__ == "__main__":
    unittest.main()
