"""A SYN or a RST that should not be there meets each state: late duplicates, crashed hosts, guesses, a device on the way."""

from opening import COMPLETE, FOUR_BY_CLIENT, finish
from scenarios import scenario
from trouble import ENDED, forged_rst, opens_again
from wire import again, with_ttl

EVERY_ANSWER = ("net.ipv4.tcp_invalid_ratelimit", 0)  # each such segment is answered, however soon it follows


def from_server(s, c):
    """The server sends 100 bytes that arrive; the segment, as a pattern for a forgery."""
    s.send(c, "server", 100, flow=False)
    data = s.deliver("server")
    s.flow()
    s.read(c, "client")
    return data


def meets(s, c, frame, role, state):
    """A segment that should not be there reaches `role` in this state, which answers by an ACK and stays."""
    s.require(s.states(c)[role] == state, f"the {role} must be in {state}, and is in {s.states(c)[role]}")
    waiting = len(s.pending())
    s.deliver(frame=frame)
    answers = s.pending()[waiting:]
    s.require(answers and answers[-1].sender == role and not answers[-1].rst, f"the {role} must answer by an ACK")
    s.require(s.states(c)[role] == state, f"the {role} must stay in {state}")


def syn_meets(s, c, syn, state):
    meets(s, c, again(syn), "server", state)
    s.frame_has(role="SYN", handshake__step="1", retransmission="1")
    s.flow()


def rst_meets(s, c, data, ahead, role, state):
    """A guessed RST, each with a number of its own: equal ones would be one RST, captured more than once."""
    meets(s, c, forged_rst(data, ahead), role, state)
    s.frame_has(reset="challenged", reset__ignored="1")


@scenario("late duplicates of the client's SYN meet the server in SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT and LAST-ACK: the "
          "SYN-ACK again, then challenge ACKs (RFC 9293 section 3.10.7.4)")
def syn_again_in_each_state(s):
    s.lab.hosts["server"].sysctl(*EVERY_ANSWER)
    s.listen()
    c = s.connect()
    syn = s.deliver("client")
    meets(s, c, again(syn), "server", "SYN-RECEIVED")
    s.deliver("server")
    s.deliver("server")
    s.frame_has(role="SYN-ACK", handshake__step="2", retransmission="1")
    s.flow()
    s.accept(c)
    s.exchange(c)
    syn_meets(s, c, syn, "ESTABLISHED")
    s.shutdown(c, "client")
    syn_meets(s, c, syn, "CLOSE-WAIT")
    s.read(c, "server")
    s.close(c, "server", flow=False)
    s.deliver("server")
    s.drop("client")
    syn_meets(s, c, syn, "LAST-ACK")
    if s.states(c)["server"] == "LAST-ACK":
        s.wait(1)
        s.flow()
    c.expect(handshake__outcome="complete", handshake__kind="three-way", teardown__kind="four-segment",
             teardown__closer="client", client__state="TIME-WAIT", server__state="CLOSED")
    # From 4.4 on Wireshark begins a new stream with a SYN that follows a FIN or a RST.
    s.only_first_stream_since("4.4")
    c.expect_since("4.4", {"handshake__outcome": "complete", "handshake__steps": "1 1 2 2 3 3 1",
                           "teardown__kind": "half-closed", "client__state": "FIN-WAIT-2", "server__state": "CLOSE-WAIT"},
                   {}, {})


@scenario("the same where the server closes first: FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT")
def syn_again_in_each_state_of_the_closer(s):
    s.lab.hosts["server"].sysctl(*EVERY_ANSWER)
    s.listen()
    c = s.connect()
    syn = s.deliver("client")
    s.flow()
    s.accept(c)
    s.exchange(c)
    s.shutdown(c, "server", flow=False)
    s.deliver("server")
    s.require(not s.pending(), "the client's ACK must be delayed")
    meets(s, c, again(syn), "server", "FIN-WAIT-1")
    s.flow()
    syn_meets(s, c, syn, "FIN-WAIT-2")
    s.read(c, "client")
    s.close(c, "client")
    # Its host knows nothing of the connection any more: the RST with which it answers ends TIME-WAIT (RFC 1337).
    syn_meets(s, c, syn, "TIME-WAIT")
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(handshake__outcome="complete", handshake__kind="three-way", teardown__kind="four-segment",
             teardown__closer="server", **ENDED)
    s.only_first_stream_since("4.4")
    c.expect_since("4.4", {"handshake__outcome": "complete", "teardown__kind": "half-closed",
                           "client__state": "CLOSE-WAIT", "server__state": "FIN-WAIT-1"}, {}, {})


@scenario("the client has half-closed and crashed, and opens again from the same port: the server is in CLOSE-WAIT")
def crashed_client_meets_close_wait(s):
    s.listen()
    old = s.open()
    s.exchange(old)
    s.shutdown(old, "client")
    with s.limit("silent", client="FIN-WAIT-2"):
        s.vanish(old, "client")
    opens_again(s, old, "CLOSE-WAIT", {"teardown__kind": "half-closed", "teardown__closer": "client"})


@scenario("the server has half-closed, the client has crashed and opens again from the same port: the server is in FIN-WAIT-2")
def crashed_client_meets_fin_wait_2(s):
    s.listen()
    old = s.open()
    s.exchange(old)
    s.shutdown(old, "server")
    s.require_states(old, "CLOSE-WAIT", "FIN-WAIT-2")
    with s.limit("silent", client="CLOSE-WAIT"):
        s.vanish(old, "client")
    opens_again(s, old, "FIN-WAIT-2", {"teardown__kind": "half-closed", "teardown__closer": "server"})


@scenario("guessed RSTs, in the window but not at its edge, meet the client in FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT: it "
          "challenges them, but for the last, and stays")
def forged_rst_in_each_state_of_the_closer(s):
    s.lab.hosts["client"].sysctl(*EVERY_ANSWER)
    s.listen()
    c = s.open()
    s.exchange(c)
    data = from_server(s, c)
    s.shutdown(c, "client", flow=False)
    s.deliver("client")
    s.require(not s.pending(), "the server's ACK must be delayed")
    rst_meets(s, c, data, 1000, "client", "FIN-WAIT-1")
    s.flow()
    rst_meets(s, c, data, 1001, "client", "FIN-WAIT-2")
    s.flow()
    s.read(c, "server")
    s.close(c, "server")
    s.require_states(c, "TIME-WAIT", "CLOSED")
    s.deliver(frame=forged_rst(data, 1002))
    s.frame_has(reset="challenged", reset__ignored="1")
    s.require_states(c, "TIME-WAIT", "CLOSED")
    # Zeek believes every RST.
    c.expect(**COMPLETE, teardown__kind="four-segment", teardown__closer="client", client__state="TIME-WAIT",
             server__state="CLOSED")


@scenario("both have closed at once and are in CLOSING: guessed RSTs and a late SYN are challenged; then the server has "
          "crashed, and its host answers by a RST that fits")
def resets_in_closing(s):
    for host in s.lab.hosts.values():
        host.sysctl(*EVERY_ANSWER)
    s.listen()
    c = s.connect()
    syn = s.deliver("client")
    s.flow()
    s.accept(c)
    s.exchange(c)
    data = from_server(s, c)
    s.shutdown(c, "client", flow=False)
    s.shutdown(c, "server", flow=False)
    with s.limit("in-flight", server="CLOSE-WAIT"):
        s.deliver("client")
    s.deliver("server")
    s.require_states(c, "CLOSING", "CLOSING")
    # The ACKs of both FINs are on the wire and stay there: the server's is lost.
    s.drop("server")
    last_ack = s.take("client")
    meets(s, c, forged_rst(data, 1000), "client", "CLOSING")
    s.frame_has(reset="challenged")
    s.drop("client")
    meets(s, c, again(syn), "server", "CLOSING")
    s.drop("server")
    with s.limit("silent", server="CLOSING"):
        s.vanish(c, "server")
    with s.limit("silent", server="TIME-WAIT"):
        s.deliver(frame=last_ack)
    s.require(s.pending()[0].rst, "the server's host must answer by RST")
    s.deliver("server")
    s.frame_has(reset="after-fin", reset__cause="unknown-connection")
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(**{**COMPLETE, "handshake__steps": "1 2 3 1"}, teardown__kind="reset-after-fin", teardown__closer="client",
             reset__by="server", **ENDED)
    s.only_first_stream_since("4.4")
    c.expect_since("4.4", {**COMPLETE, "client__state": "CLOSING", "server__state": "CLOSING"}, {})


@scenario("guessed RSTs meet the client in SYN-SENT: without an acceptable Ack they are dropped (RFC 9293 section 3.10.7.3)")
def forged_rst_in_syn_sent(s):
    s.listen()
    c = s.connect()
    syn = s.deliver("client")
    answer = s.take("server")
    for number in (1, 2):
        rst = forged_rst(answer, number)
        s.deliver(frame=rst)
        s.frame_has(reset="stray", phase="handshake")
        s.require_states(c, "SYN-SENT", "SYN-RECEIVED")
    s.deliver(frame=answer)
    s.require(answer.ack == (syn.seq + 1) & 0xFFFFFFFF, "the SYN-ACK must be the right one")
    s.flow()
    s.accept(c)
    s.exchange(c)
    finish(s, c)
    c.expect(handshake__outcome="complete", handshake__kind="three-way", handshake__steps="1 2 3", teardown__kind="four-segment",
             teardown__closer="client", client__state="TIME-WAIT", server__state="CLOSED")
    c.expect_since("4.4", {"handshake__outcome": "invalid-answer", "handshake__steps": "1", "teardown__kind": "none"},
                   {"handshake__outcome": "partial", "handshake__steps": "2 3", "teardown__kind": "four-segment",
                    "client__state": "TIME-WAIT", "server__state": "CLOSED"})


@scenario("a device on the way resets both sides, each in the name of the other: its hop count gives it away")
def reset_by_a_device(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    theirs = from_server(s, c)
    s.send(c, "client", 80, flow=False)
    ours = s.deliver("client")
    s.flow()
    s.read(c, "server")
    with s.limit("forged", client="CLOSED"):
        s.deliver(frame=with_ttl(forged_rst(ours, 0), 61))
    s.frame_has(reset="abort", reset__hops="-3")
    s.deliver(frame=with_ttl(forged_rst(theirs, 0), 61))
    s.frame_has(reset="late", reset__hops="-3")
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="client", reset__by="client", **ENDED)
