#!/usr/bin/env python3
"""Record the captures of tests/captures: real openings and closings of the Linux kernel's TCP, with the truth beside.

    record.py [--only NAME]... [--all] [--list] [FOLDER]

--all: those too that are too large to be kept.

Needs root (network namespaces, TAP devices, capturing; one scenario: real-time scheduling). Every capture is written beside
its place and renamed, so a run that is interrupted leaves whole files only. Exit status: 0 all recorded; 1 a scenario failed; 3 not
permitted.
"""

import argparse
import os
import pathlib
import signal
import sys
import tempfile
import traceback

import bulk  # noqa: F401  (each module registers its scenarios)
import closing  # noqa: F401
import kernel
import loss  # noqa: F401
import observer  # noqa: F401
import opening  # noqa: F401
import path  # noqa: F401
import resets  # noqa: F401
import states  # noqa: F401
import trouble  # noqa: F401
from lab import NotAllowed
from scenarios import SCENARIOS, TOO_LARGE
from stage import ScenarioFailed, Stage
from truth import LIMITS, write_truth

ATTEMPTS = 3


def play_once(name, folder):
    """The two files of one scenario, in a folder for unfinished ones."""
    purpose, play, stage_class = SCENARIOS[name]
    capture = folder / f"{name}.pcap"
    stage = (stage_class or Stage)(name, purpose, str(capture))
    try:
        play(stage)
        if stage_class is None:
            stage.end()
        elif not stage.ends:
            stage.end()
        truth = stage.truth()
    finally:
        stage.dispose()
    truth["limits"] = {step_limit["why"]: LIMITS[step_limit["why"]]
                       for step in truth["steps"] for step_limit in step.get("limit", {}).values()}
    found = len(bulk.Pcap(capture).frames)
    if found != truth["frames"]:
        raise ScenarioFailed(f"the capture has {found} frames, the observer was shown {truth['frames']}")
    write_truth(truth, folder / f"{name}.json")
    return found


def record(name, target):
    """Play until it succeeds, a few times at most; (True, frames) or (False, reason)."""
    reason = ""
    for _ in range(ATTEMPTS):
        with tempfile.TemporaryDirectory(prefix=".recording-", dir=target) as scratch:
            folder = pathlib.Path(scratch)
            try:
                frames = play_once(name, folder)
            except ScenarioFailed as error:
                reason = str(error)
                continue
            for suffix in (".pcap", ".json"):
                os.chmod(folder / (name + suffix), 0o644)
                os.replace(folder / (name + suffix), target / (name + suffix))
            return True, frames
    return False, reason


def permitted():
    """None, or the reason why nothing can be recorded here."""
    if os.geteuid() != 0:
        return "recording needs root: network namespaces, TAP devices and capturing"
    try:
        kernel.NetNs().close()
    except OSError as error:
        return f"network namespaces are not permitted here ({error})"
    if not os.path.exists("/dev/net/tun"):
        return "/dev/net/tun is missing: TAP devices are not available here"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=pathlib.Path(__file__).parent.parent / "captures",
                        type=pathlib.Path)
    parser.add_argument("--only", action="append", metavar="NAME")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    if arguments.list:
        for name, (purpose, _, _) in SCENARIOS.items():
            print(f"{name}: {purpose}")
        return 0
    reason = permitted()
    if reason:
        print(f"record: {reason}; nothing was recorded", file=sys.stderr)
        return 3
    arguments.folder.mkdir(parents=True, exist_ok=True)
    unknown = set(arguments.only or ()) - set(SCENARIOS)
    if unknown:
        print(f"record: no such scenario: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 1
    # A polite end takes the namespaces, the capturing program and unfinished files along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    failed, refused = [], []
    names = arguments.only or [name for name in SCENARIOS if arguments.all or name not in TOO_LARGE]
    for name in names:
        try:
            done, result = record(name, arguments.folder)
        except NotAllowed as error:
            refused.append(name)
            print(f"not allowed here  {name}: {error}", flush=True)
            continue
        except Exception:  # one broken scenario must not take the others with it
            done, result = False, traceback.format_exc()
        if done:
            print(f"recorded          {name}: {result} frames", flush=True)
        else:
            failed.append(name)
            print(f"FAILED            {name}: {result}", flush=True)
    total = len(names)
    print(f"{total - len(failed) - len(refused)} of {total} recorded, {len(refused)} not allowed here, "
          f"{len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
