"""The truth file beside each capture, and the names of what a passive observer cannot know."""

import json

# Why an observer may be wrong, once for all scenarios; the table in docs/STACKS.md quotes these. Each is something that
# no segment has said yet when it is counted: what a later one says is believed from there on.
LIMITS = {
    "in-flight": "what one side has sent already changes that side; the observer learns of it when the segment arrives",
    "lost-later": "the segment passed the observer and was lost behind it: it is presumed to have arrived until a repeat "
                  "or an answer says otherwise",
    "not-seen": "the segments that made the change did not pass the observer",
    "silent": "a socket ended without sending anything (time-out, crash, or closed before it had an answer)",
    "not-confirmed": "the answer to a repeat arrives, and its receiver says nothing yet: after it has once taken a state "
                     "back, it is believed again when it speaks itself",
    "out-of-order": "a FIN that arrives before the data in front of it waits in the receiver's queue until they come; "
                    "synfin's specification takes it at once, for the gap may be the capture's",
    "old-socket": "the port is still one of an earlier connection's socket; the SYN alone does not show it, the answer "
                  "does",
    "no-listener": "a SYN may find no listener; the observer learns that from the RST",
    "cookie": "with SYN cookies the server keeps no connection until the third segment comes back",
    "proxy": "a device answers the SYN in the server's name, and opens to the server only when the handshake is complete",
    "queue-full": "the server's accept queue is full: it ignores the third segment, which nothing on the wire shows "
                  "before it repeats its SYN-ACK or sends a RST",
    "deferred": "TCP_DEFER_ACCEPT: the server ignores a third segment without data, which nothing on the wire shows "
                "before it repeats its SYN-ACK",
    "old-duplicate": "a SYN of an earlier attempt arrives late; that its sender has moved on shows in its RST only",
    "forged": "a forged RST that fits exactly is like a true one until a side that it concerns speaks again",
    "no-time-wait": "this host keeps no TIME-WAIT (net.ipv4.tcp_max_tw_buckets = 0)",
}


def write_truth(truth, path):
    """JSON with one connection and one step a line: a change of one step is then a change of one line."""
    lines = []
    for name, value in truth.items():
        if name in ("connections", "steps"):
            text = "[\n" + ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in value) + "\n ]"
        else:
            text = json.dumps(value, ensure_ascii=False)
        lines.append(f" {json.dumps(name)}: {text}")
    with open(path, "w", encoding="utf-8") as f:
        f.write("{\n" + ",\n".join(lines) + "\n}\n")
