"""docs/STACKS.md: scenario, truth, what synfin says, agreement."""

import collections

HEAD = """# synfin against real TCP

Every row is a capture of the Linux kernel's TCP in `tests/captures`, made by `make record`, with the truth from the
sockets themselves beside it (`.json`). This page is written by `tests/stacks/check.py --table docs/STACKS.md`
(here with Wireshark {series}); do not edit it.

*Truth* is what both kernels list at the end (client / server). *Agreement* counts states of either end, compared after
every frame and every action; a *limit* is a state that no passive observer can know at that segment, or that synfin's
specification judges otherwise where observers may (its text says so), predicted in the scenario before synfin was asked,
and named below. *Later*: what was so at the segment and is so no longer, while nothing has passed the observer since: a
socket that timed out, or segments that the capture lacks.

| scenario | truth at the end | what synfin says | agreement |
| --- | --- | --- | --- |
"""

# The part of the page that tests/second_stack writes.
KEPT = "<!-- tests/second_stack: begin -->\n"


def kept_part(path):
    """What another writer has put at the end of the page."""
    if not path.exists():
        return ""
    _, begin, rest = path.read_text(encoding="utf-8").partition(KEPT)
    return begin + rest


MANY = 6  # more connections than this are told as a sum


def ends(truth):
    """The last states of each connection, by the sockets."""
    last = {}
    for step in truth["steps"]:
        if "connection" in step:
            last[step["connection"]] = f"{step['client']} / {step['server']}"
    return [last[index] for index in sorted(last)] or ["one socket"]


def says(frame):
    close = frame["teardown.kind"]
    if frame["teardown.closer"]:
        close += f" by {frame['teardown.closer']}"
    opening = frame["handshake.outcome"]
    if frame["handshake.kind"] not in ("", opening):
        opening += f", {frame['handshake.kind']}"
    return f"{opening}; {close}; {frame['client.state']} / {frame['server.state']}; {frame['conn.state']}"


def summed(lines):
    """The lines, or how often each occurs when there are many."""
    if len(lines) <= MANY:
        return "<br>".join(lines)
    counts = {line: lines.count(line) for line in dict.fromkeys(lines)}
    return "<br>".join(f"{count} × {line}" for line, count in sorted(counts.items(), key=lambda c: -c[1]))


def agreement(result):
    parts = [f"{result.states} states", f"{result.fields} fields"]
    parts += [f"{count} × limit *{why}*" for why, count in sorted(result.limits.items())]
    parts += [f"{count} × later *{why}*" for why, count in sorted(result.later.items())]
    if result.wrong:
        parts.append(f"**{len(result.wrong)} disagree**")
    return "<br>".join(parts)


def render(results, series):
    lines = [HEAD.format(series=f"{series[0]}.{series[1]}")]
    for result in results:
        truth = result.truth
        lines.append(f"| **{truth['scenario']}**: {truth['purpose']} | {summed(ends(truth))} "
                     f"| {summed([says(f) for f in result.said])} | {agreement(result)} |\n")
    limits, later, explained = collections.Counter(), collections.Counter(), {}
    for result in results:
        explained.update(result.truth["limits"])
        limits += result.limits
        later += result.later
    states = sum(r.states for r in results)
    lines.append(f"\nIn all {len(results)} captures: {states} states as the sockets say, {limits.total()} limits at a segment "
                 f"({100 * limits.total() / (states + limits.total()):.1f} %) and {later.total()} later (met at "
                 f"{sum(r.beyond_at for r in results)} comparisons), {sum(r.fields for r in results)} fields, "
                 f"{sum(len(r.wrong) for r in results)} disagreements.\n")
    lines.append("\n## Limits of a passive observer\n\n")
    for why in sorted(limits | later):
        counts = f"{limits[why]}, and {later[why]} later" if later[why] else f"{limits[why]}"
        lines.append(f"- *{why}* ({counts}): {explained[why]}\n")
    return "".join(lines)
