"""How captures are read: broken ones, endless ones, and what else runs meanwhile."""

import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
import unittest
import warnings

import synfin
from common import CAPTURES, MANY, Folder

HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)


def syn(number, seconds):
    """A frame: the SYN of a connection of its own."""
    client, port = struct.pack(">I", 0x0A000000 + number // 50_000), 10_000 + number % 50_000
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40, 1, 0, 64, 6, 0) + client + bytes([10, 99, 0, 1])
    tcp = struct.pack(">HHIIBBHHH", port, 80, number, 0, 0x50, 2, 65535, 0, 0)
    frame = ip + tcp
    return struct.pack("<IIII", seconds, 0, len(frame), len(frame)) + frame


def batches(reader):
    """The rows that come, and what is raised after them."""
    rows = 0
    try:
        for batch in reader:
            rows += len(batch)
    except Exception as error:
        return rows, error
    return rows, None


class Broken(Folder):
    def test_missing(self):
        missing = self.folder / "nothing here.pcap"
        for call in (synfin.connections, synfin.segments, synfin.report, synfin.servers):
            with self.assertRaisesRegex(FileNotFoundError, r"No such file or directory: '.*/nothing here\.pcap'$"):
                call(missing)
        # It may vanish later.
        cut = self.cut()
        reader = synfin.connections([MANY, cut], jobs=1)
        cut.unlink()
        rows, error = batches(reader)
        self.assertEqual(rows, 240)
        self.assertIsInstance(error, FileNotFoundError)
        self.assertEqual((error.errno, error.strerror, error.filename), (2, "No such file or directory", str(cut)))

    def test_folder(self):
        with self.assertRaises(IsADirectoryError):
            synfin.connections(self.folder).read_all()

    def test_no_capture(self):
        noise = self.noise()
        with self.assertRaises(synfin.CaptureError) as raised:
            synfin.connections(noise).read_all()
        self.assertEqual(
            str(raised.exception), f"{noise} is not a capture file: neither pcap nor pcapng (also not after gzip or zstd)"
        )
        self.assertIsInstance(raised.exception, ValueError)
        for call in (synfin.report, synfin.servers):
            with self.assertRaises(synfin.CaptureError):
                call(noise)

    def test_rows_before_the_break_are_given(self):
        cut = self.cut()
        rows, error = batches(synfin.connections(cut))
        self.assertTrue(100 < rows < 200, rows)
        self.assertRegex(str(error), r"cut\.pcap ends in the middle of a frame, after frame \d+$")
        self.assertIsInstance(error, synfin.CaptureError)
        with self.assertWarnsRegex(synfin.CaptureWarning, "ends in the middle of a frame"):
            self.assertEqual(synfin.connections(cut, errors="warn").read_all().num_rows, rows)
        with self.assertRaises(synfin.CaptureError):
            synfin.report(cut)
        with self.assertWarnsRegex(synfin.CaptureWarning, "ends in the middle of a frame"):
            self.assertEqual(synfin.report(cut, errors="warn")["connections"], rows)

    def test_one_costs_nothing_of_the_others(self):
        paths = [MANY, self.noise(), self.folder / "nothing here", self.cut(), MANY]
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            table = synfin.connections(paths, errors="warn", capture_column="file").read_all()
            servers = synfin.servers(paths, errors="warn")
        self.assertEqual(len(said), 6, [str(one.message) for one in said])
        files = table.column("file").to_pylist()
        self.assertEqual((files[:240], files[-240:]), ([str(MANY)] * 240, [str(MANY)] * 240))
        self.assertEqual(set(files), {str(MANY), str(paths[3])})
        self.assertEqual(sum(server["connections"] for server in servers), len(files))

    def test_wrong_arguments(self):
        for wrong, said in [
            ({"errors": "ignore"}, "errors='ignore'"),
            ({"wireshark": "1.0"}, 'wireshark="1.0": the series are 4.0, '),
            ({"language": "fr"}, 'language="fr": the languages are en, zh'),
        ]:
            with self.assertRaisesRegex(ValueError, said):
                synfin.connections(MANY, **wrong)

    def test_damaged_bytes(self):
        """Rows or an exception; nothing else can happen to the interpreter."""
        chance = random.Random(7)
        path = self.folder / "damaged.pcap"
        broken = 0
        for turn in range(400):
            data = bytearray(chance.choice(CAPTURES).read_bytes()[:20_000])
            for _ in range(chance.choice([1, 4, 64])):
                data[chance.randrange(len(data))] = chance.randrange(256)
            path.write_bytes(data)
            call = (synfin.connections, synfin.segments)[turn % 2]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _, error = batches(call(path))
            self.assertIsInstance(error, (type(None), synfin.CaptureError), error)
            broken += error is not None
        self.assertTrue(20 < broken < 380, broken)


class Streaming(Folder):
    def setUp(self):
        super().setUp()
        self.pipe = self.folder / "pipe"
        os.mkfifo(self.pipe)

    def test_rows_come_while_others_work(self):
        """From a pipe that stays open; a second thread counts meanwhile, which it cannot while this one holds the GIL."""
        reader = synfin.connections(self.pipe)
        ticks, is_over = [0], threading.Event()

        def tick():
            while not is_over.wait(0.005):
                ticks[0] += 1

        def write():
            with open(self.pipe, "wb", buffering=0) as pipe:
                # Silence of a thousand seconds ends all that came before.
                pipe.write(HEADER + syn(1, 1) + syn(2, 1))
                time.sleep(1.2)
                pipe.write(syn(3, 1000) + syn(4, 3000))
                is_read.wait(60)

        is_read = threading.Event()
        threads = [threading.Thread(target=work) for work in (tick, write)]
        for thread in threads:
            thread.start()
        first = reader.read_next_batch()
        self.assertEqual(first.column("server_port").to_pylist()[0], 80)
        self.assertFalse(is_read.is_set())
        is_read.set()
        rest = sum(len(batch) for batch in reader)
        self.assertEqual(len(first) + rest, 4)
        is_over.set()
        for thread in threads:
            thread.join()
        self.assertGreater(ticks[0], 20)

    def interrupted(self, code):
        child = subprocess.Popen([sys.executable, "-c", code, self.pipe], stderr=subprocess.PIPE, text=True)
        with open(self.pipe, "wb", buffering=0) as pipe:
            pipe.write(HEADER + syn(1, 1))
            time.sleep(0.5)
            start = time.monotonic()
            child.send_signal(signal.SIGINT)
            _, said = child.communicate(timeout=60)
        self.assertLess(time.monotonic() - start, 20)
        self.assertEqual(said.strip().splitlines()[-1], "KeyboardInterrupt", said)

    def test_ctrl_c(self):
        self.interrupted("import synfin, sys; synfin.connections(sys.argv[1]).read_all()")

    def test_ctrl_c_in_a_report(self):
        self.interrupted("import synfin, sys; synfin.report(sys.argv[1])")

    def test_memory_is_bounded(self):
        """Twelve times as many connections in the second run; the first shows what the libraries take."""
        code = (
            "import resource, synfin, sys\n"
            "print(sum(len(batch) for batch in synfin.connections(sys.argv[1])), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )

        def peak(count):
            child = subprocess.Popen([sys.executable, "-c", code, self.pipe], stdout=subprocess.PIPE, text=True)
            with open(self.pipe, "wb") as pipe:
                pipe.write(HEADER)
                for number in range(count):
                    pipe.write(syn(number, number // 20))
            rows, kilobytes = child.communicate(timeout=120)[0].split()
            self.assertEqual(int(rows), count)
            return int(kilobytes)

        few, many = peak(25_000), peak(300_000)
        # All rows would have 150 MB.
        self.assertLess(many - few, 40_000)

    def test_a_reader_that_is_dropped_ends_reading(self):
        reader = synfin.connections(self.pipe)
        written = []

        def write():
            try:
                with open(self.pipe, "wb") as pipe:
                    pipe.write(HEADER)
                    for number in range(2_000_000):
                        pipe.write(syn(number, number))
                        written.append(number)
            except BrokenPipeError:
                written.append("broken")

        thread = threading.Thread(target=write)
        thread.start()
        self.assertGreater(len(reader.read_next_batch()), 0)
        del reader
        thread.join(60)
        self.assertEqual(written[-1:], ["broken"])

    def test_after_a_fork(self):
        """The threads stay in the parent: the child is told so, and does not wait for ever."""
        code = (
            "import os, synfin, sys, warnings\n"
            "warnings.simplefilter('ignore')\n"
            f"reader = synfin.connections([{str(MANY)!r}] * 3)\n"
            "reader.read_next_batch()\n"
            "if os.fork() == 0:\n"
            "    try:\n"
            "        reader.read_next_batch()\n"
            "    except RuntimeError as error:\n"
            "        os._exit(7 if 'fork' in str(error) else 1)\n"
            "    os._exit(2)\n"
            "print(os.waitstatus_to_exitcode(os.wait()[1]), reader.read_all().num_rows)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=60, check=True)
        self.assertEqual(done.stdout.split(), ["7", "480"])


if __name__ == "__main__":
    unittest.main()
