#!/usr/bin/env python3
"""Live capture for many files: connections on the loopback interface while tshark writes ring buffers and annotates.

  ring_buffers.py CONNECTIONS [--plugin FILE]

Twice: with ring buffers, and with sessions that begin anew every few packets (tshark -M). Skipped, saying so, where this
machine lets nobody capture.
"""

import argparse
import collections
import os
import socket
import subprocess
import sys
import threading
import time

from wireshark import MAY_CAPTURE, ROOT, Wireshark

READY = 20.0


def serve(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            data = connection.recv(100)
            if data:
                connection.sendall(data * 3)


def connect(port, count):
    """Whole connections, one after the other."""
    for number in range(count):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"x" * (1 + number % 100))
            while connection.recv(1000):
                pass
        # A ring that turns faster than tshark reads loses files, with any plugin or none.
        time.sleep(0.03)


def capture(host, port, arguments):
    """tshark on the loopback interface, once it captures: one probe connection a moment until it shows."""
    fields = ["-T", "fields", "-e", "tcp.stream", "-e", "synfin.handshake.step", "-e", "synfin.teardown.step", "-e", "tcp.len"]
    command = [host.tshark, "-l", "-P", "-i", "lo", "-f", f"tcp port {port}", *arguments, *fields]
    return host.start(command, True, MAY_CAPTURE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Lines:
    """What a process prints, read as it comes."""

    def __init__(self, stream):
        self.lines = []
        self.stream = stream
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.stream:
            self.lines.append(line)

    def settle(self):
        """Waits until no more lines come."""
        count = -1
        while count != len(self.lines):
            count = len(self.lines)
            time.sleep(1)


def run(host, port, count, arguments):
    """The steps that were shown; None when nobody may capture here."""
    process = capture(host, port, arguments)
    out, err = Lines(process.stdout), Lines(process.stderr)
    started = time.monotonic()
    while not out.lines:
        if process.poll() is not None or time.monotonic() - started > READY:
            process.kill()
            return None, b"".join(err.lines).decode("utf-8", "replace").strip()
        connect(port, 1)
        time.sleep(0.2)
    out.settle()
    before = len(out.lines)
    connect(port, count)
    out.settle()
    process.terminate()
    status = process.wait(timeout=30)
    said = [line.decode("utf-8", "replace") for line in err.lines]
    steps = collections.Counter()
    for line in out.lines[before:]:
        _, opening, closing, _ = line.rstrip(b"\n").split(b"\t")
        steps.update(f"open {step}" for step in opening.decode().split(",") if step)
        steps.update(f"close {step}" for step in closing.decode().split(",") if step)
    assert status in (0, -15), f"{arguments}: status {status}: {said[-3:]}"
    assert not any(line.startswith("synfin:") for line in said), said
    return steps, sum("packets captured" in line for line in said)


def main():
    parser = argparse.ArgumentParser(description="Live capture with ring buffers.")
    parser.add_argument("connections", type=int)
    parser.add_argument("--plugin", default=os.path.join(ROOT, "target", "release", "libsynfin.so"))
    arguments = parser.parse_args()
    count = arguments.connections
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    port = listener.getsockname()[1]
    host = Wireshark(arguments.plugin)
    try:
        ring = os.path.join(host.home, "ring.pcapng")
        steps, said = run(host, port, count, ["-w", ring, "-b", "filesize:8", "-b", "files:20"])
        if steps is None:
            print(f"ring buffers: SKIPPED, no capture on the loopback interface here: {said}")
            return 0
        files = sorted(name for name in os.listdir(host.home) if name.startswith("ring"))
        last = int(files[-1].split("_")[1])
        assert len(files) <= 20 and last >= count // 20, f"ring buffers did not turn over: {files}"
        wrong = {name: steps[name] for name in [f"open {n}" for n in (1, 2, 3)] + [f"close {n}" for n in (1, 2, 3, 4)] if steps[name] < count * 9 // 10}
        assert not wrong, f"of {count} connections, steps seen: {dict(steps)}"
        again, said = run(host, port, count, ["-M", "50"])
        # A session that begins anew forgets the connection it cuts: most are whole all the same.
        assert again is not None and again["open 1"] >= count * 9 // 10, f"sessions of 50 packets: {again} {said}"
    finally:
        host.close()
        listener.close()
    print(f"ring buffers: {count} connections over {last} files of a ring: steps {dict(sorted(steps.items()))}; in sessions of 50 packets: {dict(sorted(again.items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
