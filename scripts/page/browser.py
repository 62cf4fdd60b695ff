"""A headless Chromium, driven over a pipe by its own protocol (DevTools); nothing but Python's library is needed."""

import base64
import json
import os
import select
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE_S = 60


class Browser:
    """One tab. What the browser complains of is in `complaints`, what it asked for in `requests`."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory(prefix="synfin-page.")
        to_browser, self.out = os.pipe()
        self.into, from_browser = os.pipe()
        command = ["chromium", "--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
        command += [f"--user-data-dir={self.home.name}", "about:blank"]
        if os.getuid() == 0:
            # Its sandbox needs a user.
            command.insert(1, "--no-sandbox")

        def place():
            # The pipe's numbers are fixed: 3 to read from, 4 to write to.
            os.dup2(to_browser, 13)
            os.dup2(from_browser, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen(
            command, preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.events = []
        self.complaints = []
        self.requests = []
        targets = self.call("Target.getTargets")["targetInfos"]
        tab = next(target["targetId"] for target in targets if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        for _ in range(10):
            try:
                self.home.cleanup()
                return
            except OSError:
                # Its last child still writes.
                time.sleep(0.2)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self, deadline):
        """The next message."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.into], [], [], max(0, deadline - time.monotonic()))
            part = os.read(self.into, 1 << 20) if ready else b""
            if not part:
                raise SystemExit("test-page: Chromium does not answer")
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        """Asks for something, and waits for the answer; events before it are noted."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            message = self.read(deadline)
            if message.get("id") == self.number:
                if "error" in message:
                    raise SystemExit(f"test-page: {method}: {message['error']['message']}")
                return message["result"]
            self.note(message)

    def note(self, event):
        name, what = event.get("method"), event.get("params", {})
        self.events.append(name)
        if name == "Runtime.exceptionThrown":
            self.complaints.append(what["exceptionDetails"]["text"])
        elif name == "Runtime.consoleAPICalled":
            self.complaints.append(f"console.{what['type']}")
        elif name == "Log.entryAdded":
            self.complaints.append(what["entry"]["text"])
        elif name == "Page.javascriptDialogOpening":
            self.complaints.append(f"a dialog: {what['message']}")
        elif name == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])

    def look_as(self, width, height, language, scheme="light", media=""):
        """A reader's screen, language, and taste."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        agent = self.call("Runtime.evaluate", expression="navigator.userAgent")["result"]["value"]
        self.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, page):
        self.complaints.clear()
        self.requests.clear()
        self.events.clear()
        self.call("Page.navigate", url=Path(page).resolve().as_uri())
        deadline = time.monotonic() + PATIENCE_S
        while "Page.loadEventFired" not in self.events:
            self.note(self.read(deadline))

    def ask(self, script):
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"test-page: {script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key, code):
        for kind in ["rawKeyDown", "keyUp"]:
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def picture(self, path, height=None):
        """All of the page, or so much of its top."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height or 6000), "scale": 1}
        image = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        Path(path).write_bytes(base64.b64decode(image["data"]))
