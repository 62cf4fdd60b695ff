"""docs/STACKS.md: scenario, truth, what synfin says, agreement."""

import collections

HEAD = """# synfin against real TCP

Every row is a capture of the Linux kernel's TCP in `tests/captures`, made by `make record`, with the truth from the
sockets themselves beside it (`.json`). This page is written by `tests/stacks/check.py --table docs/STACKS.md`
(here with Wireshark {series}); do not edit it.

*Truth* is what both kernels list at the end (client / server). *Agreement* counts states of either end, compared after
every frame and every action; the sockets are asked when the receiver has taken the frame, and before a kernel's own thread
goes on from there. A *limit* is a state that no passive observer can know at that segment, or one that synfin's
specification judges in another way, where observers may (its text says so). Each was predicted in the scenario before synfin
was asked, and is named below. *Later* is what was true at the segment and is true no longer, while nothing has passed the
observer since: a socket timed out, or the capture lacks segments.

| scenario | truth at the end | what synfin says | agreement |
| --- | --- | --- | --- |
"""

# Why each limit stands: the rules (docs/RULES.md) by which synfin says what it says there, and where the same segments,
# as far as an observer at one point can tell them apart, mean just that. To say otherwise would be false there.
WHY = {
    "in-flight": ("a segment counts, for both sides, from where it is captured on", "R5.5, R5.40", "close_by_client"),
    "lost-later": ("what was captured is presumed to have arrived, until its receiver shows the contrary",
                   "R5.2, R5.5, R5.10, R5.22", "close_by_client"),
    "not-seen": ("what was not seen is not invented: an Ack of one number more may be one of a byte or of a FIN", "R5.5",
                 "half_close_by_client"),
    "silent": ("a state changes with a segment: a host's timer or crash is not on the wire", "R5.2, R5.5",
               "close_by_client"),
    "not-confirmed": ("the client's ACK alone completes no second time: the one before was not taken either", "R5.21",
                      "a queue that is still full"),
    "out-of-order": ("a FIN counts when it is captured: the data in front of it may have passed uncaptured", "R5.5",
                     "a capture that lacks the data"),
    "old-socket": ("a SYN meets a listener, until the answer is one of an older connection", "R5.2, R5.65",
                   "close_by_client"),
    "no-listener": ("a SYN meets a listener, until a RST refuses it", "R5.2, R5.30", "close_by_client"),
    "cookie": ("a SYN-ACK whose number is a cookie is like any other", "R5.2", "close_by_client"),
    "proxy": ("whoever answers from the server's address and port is the server", "R5.2", "close_by_client"),
    "queue-full": ("the ACK that fits is step 3, until the server's SYN-ACK comes again", "R5.2, R5.16",
                   "close_by_client"),
    "deferred": ("the ACK that fits is step 3, until the server's SYN-ACK comes again", "R5.2, R5.16",
                 "close_by_client"),
    "old-duplicate": ("a SYN does not show its age: it counts when it is captured", "R5.2, R5.44", "close_by_client"),
    "forged": ("a RST that fits was sent and was taken, until one of the two shows the contrary", "R5.40, R5.47, R5.53",
               "abort_by_client"),
    "no-time-wait": ("the last ACK leaves TIME-WAIT: a host that keeps none sends the same segments", "R5.6",
                     "close_by_client"),
}

IN_0_1 = 76  # captures when 0.1.0 was released

# The scenarios recorded since. One that is recorded later belongs here too.
SINCE_0_1 = frozenset("""
    both_sides_of_a_router crashed_client_meets_close_wait crashed_client_meets_fin_wait_2
    forged_rst_challenged_in_each_state forged_rst_ignored_by_both forged_rst_in_each_state_of_the_closer
    forged_rst_in_syn_sent forged_rst_taken_by_one half_open_client icmp_of_every_kind_to_data
    icmp_of_every_kind_to_syn icmp_to_data ipv6_both_sides_of_a_router ipv6_frames_captured_twice
    ipv6_icmp_of_every_kind_to_data ipv6_icmp_to_syn reset_by_a_device reset_in_close_wait reset_in_fin_wait_1
    reset_in_last_ack reset_lost_later resets_in_closing syn_again_in_each_state
    syn_again_in_each_state_of_the_closer syn_proxy
""".split())

SINCE_0_1_HEAD = """
### What became of the limits of version 0.1.0

Version 0.1.0 was held against {count} of these scenarios: 2724 comparisons agreed and 94 were limits, 14 of them because
its specification took nothing back that a repeat disproved, 2 because it knew no challenge ACK. Neither kind is left. The
same scenarios now: {states} comparisons agree and {comparisons} are limits. What a segment shows of a side stands until another one
follows, over several comparisons: these are {limits} limits at a segment and {later} later. The {added} scenarios recorded since are for
the most part about what no observer knows at once (a RST that is forged or gets lost, a proxy, an ICMP error, a host that
has crashed): {added_states} comparisons agree, {added_limits} limits at a segment and {added_later} later.
"""

LIMITS_HEAD = """
## Limits of a passive observer

None of these can be known at that segment without breaking a rule. *By which rule*: what
synfin presumes there, and the rules of [RULES.md](RULES.md) that say so. *Looks like*: where the same segments, as far
as an observer at one point can tell them apart, mean just that.

| limit | how many | what happened | by which rule | looks like |
| --- | --- | --- | --- | --- |
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
    lines.append(LIMITS_HEAD)
    for why in sorted(limits | later):
        counts = f"{limits[why]}, and {later[why]} later" if later[why] else f"{limits[why]}"
        reason, rules, twin = WHY[why]
        lines.append(f"| *{why}* | {counts} | {explained[why]} | {reason} ({rules}) | {twin} |\n")
    lines.append(since_0_1(results))
    return "".join(lines)


def since_0_1(results):
    """What became of the limits of version 0.1.0; nothing where other captures are read than those of the page."""
    added = [r for r in results if r.truth["scenario"] in SINCE_0_1]
    known = [r for r in results if r.truth["scenario"] not in SINCE_0_1]
    if len(added) != len(SINCE_0_1) or len(known) != IN_0_1:
        return ""

    def totals(of):
        return (sum(r.states for r in of), sum(r.limits.total() for r in of), sum(r.later.total() for r in of))

    states, limits, later = totals(known)
    added_states, added_limits, added_later = totals(added)
    return SINCE_0_1_HEAD.format(count=len(known), states=states, limits=limits, later=later,
                                 comparisons=sum(r.beyond_at for r in known), added=len(added),
                                 added_states=added_states, added_limits=added_limits, added_later=added_later)
