"""sharkd, Wireshark's engine as one long-lived process: questions and answers over its standard streams."""

import json
import os
import tempfile


class Sharkd:
    """A running sharkd."""

    def __init__(self, host, with_plugin=True, more=None):
        program = os.environ.get("SHARKD", "sharkd")
        self.said = tempfile.TemporaryFile()
        pipe = -1
        self.process = host.start([program, "-"], with_plugin, more=more, stdin=pipe, stdout=pipe, stderr=self.said)
        self.asked = 0

    def ask(self, method, **parameters):
        """The answer to one question; an error is an answer too."""
        self.asked += 1
        question = {"jsonrpc": "2.0", "id": self.asked, "method": method, "params": parameters}
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"sharkd ended with status {self.process.wait()} on {question}: {self.complaints()[-3:]}")
        answer = json.loads(line.decode("utf-8", "replace"), strict=False)
        if answer.get("id") != self.asked:
            raise RuntimeError(f"{question}: the answer is for another question: {line[:200]!r}")
        return answer.get("result", answer.get("error"))

    def load(self, path):
        """Opens a capture, closing the one before."""
        answer = self.ask("load", file=os.path.abspath(path))
        if answer.get("status") != "OK":
            raise RuntimeError(f"{path}: {answer}")

    def columns(self, fields, only=None):
        """A row for each frame, or each that passes the filter `only`: what these fields show in custom columns."""
        columns = {f"column{number}": f"{field}:0" for number, field in enumerate(fields)}
        if only is not None:
            # sharkd remembers the frames of a filter by its text, also when another capture was opened since.
            columns["filter"] = f"({only}) && frame.number != {10**9 + self.asked}"
        return [frame["c"] for frame in self.ask("frames", **columns)]

    def tree(self, frame):
        """The details of a frame as (depth, text) lines."""
        lines = []

        def walk(items, depth):
            for item in items:
                lines.append((depth, item.get("l")))
                walk(item.get("n", []), depth + 1)

        walk(self.ask("frame", frame=frame, proto=True).get("tree", []), 0)
        return lines

    def memory(self):
        """Bytes that the process holds in memory of its own (anonymous pages)."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon:"))

    def complaints(self):
        """What it said on stderr, its own chatter apart."""
        self.said.seek(0)
        lines = self.said.read().decode("utf-8", "replace").splitlines()
        chatter = ("Hello in child", "load: filename=", "sharkd_session_process_")
        return [line for line in lines if line.strip() and not line.startswith(chatter)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except Exception:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
