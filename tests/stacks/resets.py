"""Resets and errors that are lost, forged, ignored, or meet each state; ICMP in the middle of a connection."""

import time

from opening import COMPLETE, FOUR_BY_CLIENT, finish
from scenarios import scenario
from trouble import ENDED, data_segment, forged_rst


@scenario("the client aborts, its RST is lost behind the observer; the server sends on after a while and is answered by "
          "RST again")
def reset_lost_later(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.abort(c, "client", flow=False)
    with s.limit("lost-later", server="CLOSED"):
        s.lose("client")
    time.sleep(1.1)
    s.send(c, "server", 50, flow=False)
    s.deliver("server")
    s.require(s.pending()[0].rst, "the client's host must answer by RST")
    s.flow()
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="client", reset__by="client", conn__state="RSTO", **ENDED)


@scenario("a forged RST that fits is lost behind the observer: both ends go on, and the RST is withdrawn")
def forged_rst_ignored_by_both(s):
    s.listen()
    c = s.open()
    data = data_segment(s, c)
    with s.limit("forged", client="CLOSED", server="CLOSED"):
        s.lose(frame=forged_rst(data, 0))
        s.frame_has(role="RST", reset="abort", reset__ignored="1")
    s.send(c, "client", 70, flow=False)
    with s.limit("forged", server="CLOSED"):
        s.deliver("client")
    s.flow()
    s.read(c, "server")
    s.require_states(c, "ESTABLISHED", "ESTABLISHED")
    finish(s, c)
    c.expect(**COMPLETE, **{**FOUR_BY_CLIENT, "conn__state": "RSTO"})


@scenario("a forged RST that fits is taken by the server; the client, who did not send it, sends on and is answered by RST")
def forged_rst_taken_by_one(s):
    s.listen()
    c = s.open()
    data = data_segment(s, c)
    with s.limit("forged", client="CLOSED"):
        s.deliver(frame=forged_rst(data, 0))
    s.require_states(c, "ESTABLISHED", "CLOSED")
    s.send(c, "client", 70, flow=False)
    s.deliver("client")
    s.require(s.pending()[0].rst, "the server's host must answer by RST")
    s.flow()
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="client", **ENDED)


@scenario("RST to a client in FIN-WAIT-1: the server aborts before it has acknowledged the FIN")
def reset_in_fin_wait_1(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.shutdown(c, "client", flow=False)
    s.deliver("client")
    s.require(not s.pending(), "the server's ACK must be delayed")
    s.require_states(c, "FIN-WAIT-1", "CLOSE-WAIT")
    s.abort(c, "server")
    s.frame_has(reset="after-fin", reset__cause="aborts")
    c.expect(**COMPLETE, teardown__kind="reset-after-fin", teardown__closer="client", teardown__steps="1", **ENDED)


@scenario("RST to a server in CLOSE-WAIT: the client aborts in FIN-WAIT-2")
def reset_in_close_wait(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.shutdown(c, "client")
    s.require_states(c, "FIN-WAIT-2", "CLOSE-WAIT")
    s.abort(c, "client")
    s.frame_has(reset="after-fin", reset__cause="aborts")
    c.expect(**COMPLETE, teardown__kind="reset-after-fin", teardown__closer="client", teardown__steps="1 2", **ENDED)


@scenario("RST to a server in LAST-ACK: the client aborts while the server's FIN is lost behind the observer")
def reset_in_last_ack(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.shutdown(c, "client")
    s.read(c, "server")
    s.close(c, "server", flow=False)
    with s.limit("lost-later", client="TIME-WAIT"):
        s.lose("server")
        s.abort(c, "client", flow=False)
    s.require_states(c, "CLOSED", "LAST-ACK")
    s.deliver("client")
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(**COMPLETE, teardown__kind="reset-after-fin", teardown__closer="client", teardown__steps="1 2 3", **ENDED)


@scenario("forged RSTs within the window but not at its edge meet the server in ESTABLISHED, CLOSE-WAIT and LAST-ACK: "
          "each is challenged")
def forged_rst_challenged_in_each_state(s):
    s.lab.hosts["server"].sysctl("net.ipv4.tcp_invalid_ratelimit", 0)
    s.listen()
    c = s.open()
    data = data_segment(s, c)
    challenge(s, c, data, 1000, "ESTABLISHED")
    s.close(c, "client")
    challenge(s, c, data, 1001, "CLOSE-WAIT")
    s.read(c, "server")
    s.close(c, "server", flow=False)
    s.deliver("server")
    s.drop("client")
    challenge(s, c, data, 1002, "LAST-ACK")
    if s.states(c)["server"] == "LAST-ACK":
        s.wait(1)
        s.flow()
    # The challenge ACK in CLOSE-WAIT is the ACK of the FIN again.
    c.expect(**COMPLETE, teardown__kind="four-segment", teardown__closer="client", client__state="TIME-WAIT",
             server__state="CLOSED", conn__state="RSTO")


def challenge(s, c, data, ahead, state):
    """A forged RST, each with a number of its own: equal ones would be one RST, captured more than once."""
    s.require_states(c, s.states(c)["client"], state)
    s.deliver(frame=forged_rst(data, ahead))
    s.frame_has(reset="challenged", reset__ignored="1")
    s.require(s.pending() and not s.pending()[0].rst, "the server must answer by an ACK")
    s.flow()


@scenario("a firewall (nftables) answers the client's data with ICMP host unreachable for a while; the repeat gets through")
def icmp_to_data(s):
    s.lab.hosts["server"].nft("add table inet f", "add chain inet f i { type filter hook input priority 0 ; }")
    s.listen()
    c = s.open()
    s.lab.hosts["server"].nft("add rule inet f i tcp dport 80 reject with icmp type host-unreachable")
    s.send(c, "client", 90, flow=False)
    s.deliver("client")
    s.require(s.pending()[0].kind == "icmp", "the firewall must answer by ICMP")
    s.deliver()
    s.frame_has(icmp="host-unreachable", icmp__from="10.77.0.2")
    s.lab.hosts["server"].nft("flush chain inet f i")
    s.wait(1.6)
    s.flow()
    s.read(c, "server")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__icmp="host-unreachable")


@scenario("the client has crashed and come back: the server's data are answered by RST")
def half_open_client(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    with s.limit("silent", client="ESTABLISHED"):
        s.vanish(c, "client")
        s.send(c, "server", 10, flow=False)
        s.deliver("server")
    s.flow()
    s.frame_has(reset="abort", reset__cause="unknown-connection", reset__answers=str(s.lab.captured - 1))
    s.read_error(c, "server")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="client", reset__by="client", conn__state="RSTO", **ENDED)
