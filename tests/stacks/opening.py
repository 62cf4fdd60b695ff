"""How connections open: the figures of RFC 9293 section 3.5, fast open, and openings that fail."""

import errno
import socket
import time

import kernel
from scenarios import scenario

COMPLETE = {"handshake__outcome": "complete", "handshake__kind": "three-way", "handshake__steps": "1 2 3"}
FOUR_BY_CLIENT = {"teardown__kind": "four-segment", "teardown__closer": "client", "teardown__steps": "1 2 3 4",
                  "client__state": "TIME-WAIT", "server__state": "CLOSED", "conn__state": "SF"}
QUICKACK_OFF = (socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)


def finish(s, c):
    """The usual close: the client first, the server when it has read the end."""
    s.close(c, "client")
    s.read(c, "server")
    s.close(c, "server")


@scenario("RFC 9293 figure 7: two programs connect to each other and the SYNs cross")
def simultaneous_open(s):
    c = s.connect(server_port=40080)
    s.connect_back(c)
    s.require_states(c, "SYN-SENT", "SYN-SENT")
    s.require(len(s.pending()) == 2, "both SYNs must be on the wire")
    s.deliver("client")
    s.deliver("server")
    s.require_states(c, "SYN-RECEIVED", "SYN-RECEIVED")
    s.flow()
    s.require_states(c, "ESTABLISHED", "ESTABLISHED")
    s.exchange(c)
    finish(s, c)
    c.expect(handshake__outcome="complete", handshake__kind="simultaneous", handshake__steps="1 1 2 2 3",
             **FOUR_BY_CLIENT)


@scenario("the third segment of the opening carries the first data")
def third_segment_with_data(s):
    s.listen()
    c = s.connect(options=[QUICKACK_OFF])
    s.deliver("client")
    s.deliver("server")
    s.require(not s.pending(), "the client's ACK must be delayed")
    s.send(c, "client", 50)
    s.accept(c)
    s.read(c, "server")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShDaFfA")


@scenario("the third segment of the opening is the client's FIN")
def third_segment_with_fin(s):
    s.listen()
    c = s.connect(options=[QUICKACK_OFF])
    s.deliver("client")
    s.deliver("server")
    s.require(not s.pending(), "the client's ACK must be delayed")
    s.close(c, "client", flow=False)
    s.deliver("client")
    s.frame_has(role="OPEN-ACK+FIN", handshake__step="3", teardown__step="1")
    s.flow()
    s.accept(c)
    s.read(c, "server")
    s.close(c, "server")
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShFafA")


@scenario("nothing listens on the port: the SYN is answered by RST")
def refused_port(s):
    c = s.connect(server_port=81)
    with s.limit("no-listener", server="SYN-RECEIVED"):
        s.deliver("client")
    s.flow()
    s.require(s.read_error(c, "client") == errno.ECONNREFUSED, "the client must be refused")
    s.frame_has(reset="refused", reset__cause="refuses-syn", reset__answers="1")
    c.expect(handshake__outcome="refused", handshake__kind="", handshake__steps="1", teardown__kind="none",
             client__state="CLOSED", server__state="CLOSED", reset__by="server", conn__state="REJ", conn__history="Sr")


@scenario("a firewall (nftables) drops the SYNs; the client tries three times and gives up")
def filtered_port(s):
    s.lab.hosts["server"].nft("add table inet f", "add chain inet f i { type filter hook input priority 0 ; }",
                              "add rule inet f i tcp dport 80 drop")
    s.listen()
    c = s.connect()
    with s.limit("lost-later", server="SYN-RECEIVED"):
        s.deliver("client")
        for seconds in (1.6, 2.8):
            s.wait(seconds)
            s.deliver("client")
    s.limit_to_end("lost-later", server="SYN-RECEIVED")
    s.limit_to_end("silent", client="SYN-SENT")
    s.close(c, "client")
    c.expect(handshake__outcome="no-answer", handshake__kind="", handshake__steps="1 1 1", handshake__syns="3",
             teardown__kind="none", client__state="SYN-SENT", server__state="SYN-RECEIVED", conn__state="S0",
             conn__history="S")


@scenario("a firewall (nftables) answers the SYN with ICMP administratively prohibited: a TCP header inside ICMP")
def filtered_port_icmp(s):
    s.lab.hosts["server"].nft("add table inet f", "add chain inet f i { type filter hook input priority 0 ; }",
                              "add rule inet f i tcp dport 80 reject with icmp type admin-prohibited")
    s.listen()
    c = s.connect()
    s.limit_to_end("lost-later", server="SYN-RECEIVED")
    s.deliver("client")
    s.limit_to_end("silent", client="SYN-SENT")
    s.flow()
    s.require(s.read_error(c, "client") != 0, "the client must be told")
    s.frame_has(icmp="prohibited", icmp__from="10.77.0.2")
    c.expect(handshake__outcome="unreachable", handshake__kind="", handshake__steps="1", teardown__kind="none",
             client__state="SYN-SENT", server__state="SYN-RECEIVED", conn__state="S0", conn__history="S",
             conn__icmp="prohibited")


def full_server(s):
    """A server with room for three, three connections in it, and a fourth whose third segment is on its way."""
    # With SYN cookies the server would keep nothing of the SYNs that it has no room for.
    s.lab.hosts["server"].sysctl("net.ipv4.tcp_syncookies", 0)
    s.listen(backlog=2)
    connections = [s.connect(40001), s.connect(40002)]
    s.flow()
    connections += [s.connect(40003), s.connect(40004)]
    for sender in ("client", "client", "server", "server", "client"):
        s.deliver(sender)
    s.require_states(connections[2], "ESTABLISHED", "ESTABLISHED")
    s.require_states(connections[3], "ESTABLISHED", "SYN-RECEIVED")
    return connections


@scenario("the accept queue is full: a third segment is ignored until there is room, another client's SYN as well")
def backlog_full(s):
    connections = full_server(s)
    waiting = connections[3]
    with s.limit("queue-full", of=waiting, server="ESTABLISHED"):
        s.deliver("client")
        late = s.connect(40005)
        with s.limit("queue-full", of=late, server="SYN-RECEIVED"):
            s.deliver("client")
        for c in connections[:3]:
            s.accept(c)
        while True:
            s.wait(1.6)
            if s.pending()[0].sender == "server" and s.pending()[0].destination == waiting.client:
                break
            s.deliver()
    # The repeated SYN-ACK says it; that the client's answer is taken this time, the server says when it speaks next.
    s.deliver("server")
    with s.limit("not-confirmed", of=waiting, server="SYN-RECEIVED"):
        s.flow()
        s.accept(waiting)
        if s.states(late)["server"] != "ESTABLISHED":
            s.wait(4)
            s.flow()
        s.accept(late)
        s.send(waiting, "server", 20, flow=False)
    s.flow()
    s.read(waiting, "client")
    for c in connections + [late]:
        finish(s, c)
    for c in connections[:3]:
        c.expect(**COMPLETE, **FOUR_BY_CLIENT)
    waiting.expect(handshake__outcome="complete", handshake__kind="three-way", handshake__steps="1 2 3 2 3",
                   **FOUR_BY_CLIENT)
    late.expect(handshake__outcome="complete", handshake__kind="three-way", handshake__steps="1 1 2 3",
                **FOUR_BY_CLIENT)


@scenario("net.ipv4.tcp_abort_on_overflow: the full server answers the third segment by RST")
def reset_when_backlog_full(s):
    s.lab.hosts["server"].sysctl("net.ipv4.tcp_abort_on_overflow", 1)
    c = full_server(s)[3]
    with s.limit("queue-full", server="ESTABLISHED"):
        s.deliver("client")
    s.flow()
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="server", client__state="CLOSED",
             server__state="CLOSED", conn__state="RSTR", conn__history="ShAr")


@scenario("SYN cookies: the server keeps nothing of the SYN and knows its client again by the third segment")
def syn_cookies(s):
    s.lab.hosts["server"].sysctl("net.ipv4.tcp_syncookies", 2)
    s.listen()
    c = s.connect()
    with s.limit("cookie", server="SYN-RECEIVED"):
        s.deliver("client")
        s.deliver("server")
    s.flow()
    s.require_states(c, "ESTABLISHED", "ESTABLISHED")
    s.accept(c)
    s.exchange(c)
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")


@scenario("TCP_DEFER_ACCEPT: the server waits for data and ignores a bare third segment")
def defer_accept(s):
    s.listen(options=[(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 3)])
    c = s.connect()
    s.deliver("client")
    s.deliver("server")
    with s.limit("deferred", server="ESTABLISHED"):
        s.deliver("client")
    s.send(c, "client", 80)
    s.accept(c)
    s.read(c, "server")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADaFf")


def fast_open_server(s):
    for host in s.lab.hosts.values():
        host.sysctl("net.ipv4.tcp_fastopen", 3)
    s.listen(options=[(socket.IPPROTO_TCP, kernel.TCP_FASTOPEN, 5)])
    first = s.connect(40001, data=40)  # has no cookie yet: the SYN asks for one, the data follow
    s.flow()
    s.accept(first)
    s.read(first, "server")
    finish(s, first)
    first.expect(**COMPLETE, **FOUR_BY_CLIENT)


@scenario("TCP Fast Open: the first connection fetches a cookie, the second SYN carries data that the SYN-ACK takes")
def fast_open(s):
    fast_open_server(s)
    c = s.connect(40002, data=60)
    s.require(s.pending()[0].payload == 60, "the SYN must carry data")
    s.deliver("client")
    s.accept(c)
    s.read(c, "server")
    s.flow()
    s.exchange(c)
    finish(s, c)
    c.expect(handshake__outcome="complete", handshake__kind="fast-open", handshake__steps="1 2 3", **FOUR_BY_CLIENT,
             conn__history="ShADadFf")


@scenario("TCP Fast Open: the server answers with data before the third segment of the opening")
def fast_open_early_answer(s):
    fast_open_server(s)
    c = s.connect(40002, data=60)
    s.deliver("client")
    s.accept(c)
    s.read(c, "server")
    s.send(c, "server", 200, flow=False)
    s.require(len(s.pending()) == 2, "SYN-ACK and data must both be on the wire")
    s.deliver("server")
    s.deliver("server")
    s.flow()
    s.read(c, "client")
    finish(s, c)
    c.expect(handshake__outcome="complete", handshake__kind="fast-open", handshake__steps="1 2 3", **FOUR_BY_CLIENT)


@scenario("TCP Fast Open switched off on the server: it takes the SYN and leaves its data, which the client repeats")
def fast_open_data_not_taken(s):
    fast_open_server(s)
    s.lab.hosts["server"].sysctl("net.ipv4.tcp_fastopen", 0)
    c = s.connect(40002, data=60)
    s.require(s.pending()[0].payload == 60, "the SYN must carry data")
    s.flow()
    s.accept(c)
    s.require(s.read(c, "server") == 60, "the data must arrive by the repeat")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT)


@scenario("Explicit Congestion Notification asked for and granted")
def ecn_negotiated(s):
    for host in s.lab.hosts.values():
        host.sysctl("net.ipv4.tcp_ecn", 1)
    s.listen()
    c = s.open()
    s.exchange(c)
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")


@scenario("a client without window scale, SACK and time stamps: the two SYNs agree on none of them")
def options_not_agreed(s):
    for name in ("tcp_window_scaling", "tcp_sack", "tcp_timestamps"):
        s.lab.hosts["client"].sysctl(f"net.ipv4.{name}", 0)
    s.listen()
    c = s.open()
    s.exchange(c)
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, negotiated="MSS 1460/1460", conn__history="ShADadFf")


@scenario("the client gives up while its SYN is answered: the SYN-ACK meets a RST, the server returns to LISTEN")
def abort_in_syn_received(s):
    s.listen()
    c = s.connect()
    s.deliver("client")
    s.close(c, "client", flow=False)
    with s.limit("silent", client="ESTABLISHED"):
        s.deliver("server")
    s.require(s.pending()[0].rst, "the client must answer by RST")
    s.flow()
    s.require_states(c, "CLOSED", "LISTEN")
    c.expect(handshake__outcome="reset", handshake__kind="three-way", handshake__steps="1 2", teardown__kind="none",
             client__state="CLOSED", server__state="LISTEN", conn__state="RSTO", conn__history="ShR")


@scenario("the listener closes while the opening waits for its third segment, which is then answered by RST")
def listener_closes_before_third_segment(s):
    listener = s.listen()
    c = s.connect()
    s.deliver("client")
    s.deliver("server")
    listener.close()
    s.note(None, "server closes its listener")
    with s.limit("silent", server="ESTABLISHED"):
        s.deliver("client")
    s.flow()
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="server", client__state="CLOSED",
             server__state="CLOSED", conn__state="RSTR", conn__history="ShAr")


@scenario("a new connection from the port of one that the server still keeps in TIME-WAIT")
def port_reuse_server_time_wait(s):
    s.listen()
    first = s.open()
    s.exchange(first)
    s.close(first, "server")
    s.read(first, "client")
    s.close(first, "client")
    s.require_states(first, "CLOSED", "TIME-WAIT")
    second = s.open()
    s.exchange(second)
    finish(s, second)
    first.expect(**COMPLETE, teardown__kind="four-segment", teardown__closer="server", teardown__steps="1 2 3 4",
                 client__state="CLOSED", server__state="TIME-WAIT", conn__state="SF", conn__history="ShADadfF")
    second.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")


@scenario("a new connection from the port that the client itself still keeps in TIME-WAIT (net.ipv4.tcp_tw_reuse)")
def port_reuse_client_time_wait(s):
    s.lab.hosts["client"].sysctl("net.ipv4.tcp_tw_reuse", 1)
    s.listen()
    first = s.open()
    s.exchange(first)
    finish(s, first)
    s.require_states(first, "TIME-WAIT", "CLOSED")
    time.sleep(2.1)  # the kernel insists on a later time stamp (a second)
    second = s.open()
    s.exchange(second)
    finish(s, second)
    first.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")
    second.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")
