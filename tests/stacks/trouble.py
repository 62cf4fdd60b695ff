"""Crashed hosts, probes, forged resets, sequence numbers that wrap, multipath TCP."""

import errno
import socket
import struct

import kernel
from lab import MAC, Frame
from opening import COMPLETE, FOUR_BY_CLIENT, finish
from scenarios import scenario
from wire import checksum

ENDED = {"client__state": "CLOSED", "server__state": "CLOSED"}


KEEP_ALIVE = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1),
              (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1), (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)]


@scenario("RFC 9293 figure 10: the server has crashed and come back, the client's data are answered by RST")
def half_open_connection_discovered(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    with s.limit("silent", server="ESTABLISHED"):
        s.vanish(c, "server")
        s.send(c, "client", 10, flow=False)
        s.deliver("client")
    s.flow()
    s.read_error(c, "client")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="server", conn__state="RSTR", conn__history="ShADadr",
             **ENDED)


def opens_again(s, old, state, expected):
    """The client has forgotten `old` and opens again from the same port: the server, still in `state`, answers by an ACK
    of the old connection, learns from the client's RST that it is gone, and takes the next SYN."""
    c = s.connect()
    with s.limit("old-socket", of=c, server="SYN-RECEIVED"):
        s.deliver("client")
    s.require_states(c, "SYN-SENT", state)
    s.deliver("server")
    s.require(s.pending()[-1].rst, "the client must answer the old connection's ACK by RST")
    while not s.deliver().rst:  # the kernel sends its SYN again within milliseconds: that one waits
        pass
    s.frame_has(reset__cause="rejects-ack")
    s.require_states(c, "SYN-SENT", "CLOSED")
    s.wait(1.6)
    s.flow()
    s.accept(c)
    s.exchange(c)
    finish(s, c)
    old.expect(**COMPLETE, **expected)
    c.expect(handshake__outcome="complete", handshake__kind="three-way", handshake__steps="1 1 2 3",
             **{**FOUR_BY_CLIENT, "conn__state": "RSTO"})
    # From 4.4 on Wireshark begins a new stream with the SYN that follows the RST.
    c.expect_since("4.4", {"handshake__outcome": "old-connection", "handshake__kind": "", "handshake__steps": "1",
                           "teardown__kind": "none", "client__state": "SYN-SENT", "server__state": "CLOSED"},
                   {**COMPLETE, **FOUR_BY_CLIENT})


@scenario("RFC 9293 figure 9: the client has crashed and opens again from the same port; the server, still in the old "
          "connection, learns it by RST")
def crashed_client_opens_again(s):
    s.listen()
    old = s.open()
    s.exchange(old)
    with s.limit("silent", client="ESTABLISHED"):
        s.vanish(old, "client")
    # For Zeek an endpoint that has sent a RST stays reset, whatever follows.
    opens_again(s, old, "ESTABLISHED", {"teardown__kind": "still-open", "conn__state": "S1", "conn__history": "ShADad"})


@scenario("RFC 9293 figure 8: a SYN of an attempt given up arrives before the SYN of the next one, from the same port")
def old_duplicate_syn(s):
    s.listen()
    old = s.connect()
    late = s.take("client")
    s.close(old, "client", flow=False)
    c = s.connect()
    s.drop("client")
    with s.limit("old-duplicate", client="SYN-SENT"):
        s.deliver(frame=late, of=old)
    s.require_states(old, "CLOSED", "SYN-RECEIVED")
    with s.limit("old-duplicate", client="ESTABLISHED"):
        s.deliver("server", of=old)
    s.require(s.pending()[0].rst, "the client must refuse the old attempt's SYN-ACK")
    s.deliver("client", of=old)
    s.require_states(c, "SYN-SENT", "LISTEN")
    s.wait(1.6)
    s.flow()
    s.accept(c)
    s.exchange(c)
    finish(s, c)
    old.expect(handshake__outcome="reset", handshake__kind="three-way", handshake__steps="1 2", teardown__kind="none",
               client__state="CLOSED", server__state="LISTEN", conn__state="RSTO", conn__history="ShR")
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")


@scenario("RFC 1337: a RST of the server's reaches the client in TIME-WAIT, which ends (RFC 9293 section 3.10.7.4)")
def time_wait_assassinated(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.close(c, "client")
    s.read(c, "server")
    s.close(c, "server", flow=False)
    fin = s.deliver("server")
    s.flow()
    s.require_states(c, "TIME-WAIT", "CLOSED")
    s.deliver(frame=forged_rst(fin, 1))
    s.frame_has(role="RST", phase="closed", reset="after-fin")
    s.require_states(c, "CLOSED", "CLOSED")
    c.expect(**COMPLETE, **{**FOUR_BY_CLIENT, "client__state": "CLOSED"})


@scenario("keep-alive probes on an idle connection, answered")
def keep_alive(s):
    s.listen()
    c = s.open(options=KEEP_ALIVE)
    s.exchange(c)
    for _ in range(2):
        s.wait(1.6)
        s.require(s.pending()[0].payload == 0, "a keep-alive probe carries no data")
        s.deliver("client")
        s.frame_has(role="ACK", seq="X+100")
        s.flow()
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")


@scenario("keep-alive probes that nobody answers: the client gives the connection up with a RST")
def keep_alive_gives_up(s):
    s.listen()
    c = s.open(options=KEEP_ALIVE)
    s.exchange(c)
    for _ in range(2):
        s.wait(2.6)
        s.lose("client")
    s.wait(2.6)
    s.require(s.pending()[0].rst, "the client must give up by RST")
    s.limit_to_end("lost-later", server="CLOSED")
    s.lose("client")
    s.require(s.read_error(c, "client") == errno.ETIMEDOUT, "the client must have timed out")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="client", conn__state="RSTO", conn__history="ShADadR",
             **ENDED)


@scenario("keep-alive finds that the server has vanished: the probe is answered by RST")
def keep_alive_finds_dead_server(s):
    s.listen()
    c = s.open(options=KEEP_ALIVE)
    s.exchange(c)
    with s.limit("silent", server="ESTABLISHED"):
        s.vanish(c, "server")
        s.wait(1.6)
        s.deliver("client")
    s.flow()
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="server", conn__state="RSTR", conn__history="ShADadr",
             **ENDED)


@scenario("the server does not read: window zero, window probes, then it reads and the transfer ends")
def zero_window(s):
    s.listen(options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
    c = s.open()
    sent = c.sockets["client"].send(b"x" * 30000)
    s.note(c, f"client sends {sent} bytes")
    s.flow()
    probed = False
    for _ in range(3):
        s.wait(3)
        probed |= s.pending()[0].payload <= 1
        s.flow()
    s.require(probed, "the client must probe a zero window")
    total = 0
    for _ in range(40):
        total += s.read(c, "server")
        s.flow()
        if total == sent:
            break
        s.lab.poll(0.6)
        s.flow()
    s.require(total == sent, f"{total} of {sent} bytes arrived")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT)


@scenario("a forged RST within the window but not at its edge: the server challenges it (RFC 5961) and stays open")
def forged_rst_in_window(s):
    s.listen()
    c = s.open()
    data = data_segment(s, c)
    s.deliver(frame=forged_rst(data, 1000))
    s.frame_has(role="RST", phase="data", reset="challenged", reset__ignored="1")
    s.flow()
    s.require_states(c, "ESTABLISHED", "ESTABLISHED")
    finish(s, c)
    # Zeek believes every RST.
    c.expect(**COMPLETE, **{**FOUR_BY_CLIENT, "conn__state": "RSTO"})


@scenario("a forged RST outside the window: nobody minds")
def forged_rst_out_of_window(s):
    s.listen()
    c = s.open()
    data = data_segment(s, c)
    s.deliver(frame=forged_rst(data, 0x20000000))
    s.frame_has(role="RST", reset="stray")
    s.require_states(c, "ESTABLISHED", "ESTABLISHED")
    s.flow()
    finish(s, c)
    # Zeek believes every RST.
    c.expect(**COMPLETE, **{**FOUR_BY_CLIENT, "conn__state": "RSTO"})


def data_segment(s, c):
    """The client sends 100 bytes that arrive; the segment, as a pattern for a forgery."""
    s.send(c, "client", 100, flow=False)
    data = s.deliver("client")
    s.flow()
    s.read(c, "server")
    return data


def forged_rst(data, ahead):
    """A RST that another host sends in the name of the segment's sender, `ahead` bytes after the segment."""
    raw = bytearray(data.raw[: data.header + 20])
    struct.pack_into("!H", raw, 16, 40)
    struct.pack_into("!H", raw, 24, 0)
    struct.pack_into("!H", raw, 24, checksum(raw[14:data.header]))
    number = (data.seq + data.payload + ahead) & 0xFFFFFFFF
    struct.pack_into("!IIBBHHH", raw, data.header + 4, number, 0, 0x50, 4, 0, 0, 0)
    pseudo_header = raw[26:34] + struct.pack("!HH", 6, 20)
    struct.pack_into("!H", raw, data.header + 16, checksum(pseudo_header + raw[data.header:]))
    return Frame(data.sender, bytes(raw))


@scenario("sequence numbers wrap during the transfer: the client's ISN is 1000 below 2^32 (TCP_REPAIR)")
def sequence_wrap(s):
    s.listen()
    c = s.connect(isn=2**32 - 1000)
    s.require(s.pending()[0].seq == 2**32 - 1000, "the ISN must be the chosen one")
    s.deliver("client")
    s.frame_has(x=str(2**32 - 1000), seq="X")
    s.flow()
    s.accept(c)
    for _ in range(4):
        s.send(c, "client", 500)
        s.read(c, "server")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, x="1001", conn__history="ShADaFf")


@scenario("the SYN has the last sequence number there is: X+1 is 0 (TCP_REPAIR)")
def isn_at_wrap(s):
    s.listen()
    c = s.connect(isn=2**32 - 1)
    s.require(s.pending()[0].seq == 2**32 - 1, "the ISN must be the chosen one")
    s.deliver("client")
    s.deliver("server")
    s.deliver("client")
    s.frame_has(seq="X+1", ack="Y+1", handshake__step="3", x=str(2**32 - 1))
    s.flow()
    s.accept(c)
    s.exchange(c)
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")


@scenario("multipath TCP on both sides")
def multipath_tcp(s):
    s.lab.require_undisturbed()
    s.listen(protocol=kernel.IPPROTO_MPTCP)
    c = s.open(protocol=kernel.IPPROTO_MPTCP)
    s.exchange(c)
    s.close(c, "client")
    s.read(c, "server")
    s.close(c, "server", flow=False)
    # Multipath TCP closes its own stream first (DATA_FIN); then both kernels close the connection below it, each in a
    # thread of its own that runs after the segment was taken: soon, or on a busy machine when another segment has come.
    with s.limit("in-flight", certain=False, client="ESTABLISHED"):
        while not s.pending()[0].fin:
            s.deliver()
    with s.limit("in-flight", server="CLOSE-WAIT"):
        s.deliver("client")
        while not s.pending()[0].fin:
            s.deliver()
    s.flow()
    c.expect(**COMPLETE, client__state="TIME-WAIT", server__state="CLOSED", teardown__closer="client",
             conn__state="SF", conn__history="ShADadFf")


@scenario("multipath TCP with a second subflow from another address of the client (MP_JOIN)")
def multipath_tcp_second_subflow(s):
    s.lab.hosts["client"].run("ip", "addr", "add", "10.77.0.3/24", "dev", "wire0")
    s.lab.hosts["client"].run("ip", "mptcp", "limits", "set", "subflow", "2")
    s.lab.hosts["client"].run("ip", "mptcp", "endpoint", "add", "10.77.0.3", "subflow")
    s.lab.hosts["server"].run("ip", "mptcp", "limits", "set", "subflow", "2")
    s.lab.hosts["server"].run("ip", "neigh", "replace", "10.77.0.3", "lladdr", MAC["client"], "dev", "wire0",
                              "nud", "permanent")
    s.listen(protocol=kernel.IPPROTO_MPTCP)
    first = s.connect(protocol=kernel.IPPROTO_MPTCP)
    for _ in range(3):
        s.deliver()
    s.accept(first)
    s.send(first, "client", 100, flow=False)
    while not s.pending()[0].syn:
        s.deliver()
    second = s.notice(s.pending()[0])
    s.require(second.client[0] == "10.77.0.3", "the second subflow must come from the other address")
    s.flow()
    s.require_states(second, "ESTABLISHED", "ESTABLISHED")
    s.read(first, "server")
    first.expect(**COMPLETE, teardown__kind="still-open", client__state="ESTABLISHED", server__state="ESTABLISHED",
                 conn__state="S1")
    second.expect(**COMPLETE, teardown__kind="still-open", client__state="ESTABLISHED", server__state="ESTABLISHED",
                  conn__state="S1")


@scenario("multipath TCP asked for by the client, not granted by the server: plain TCP")
def multipath_tcp_not_granted(s):
    s.listen()
    c = s.open(protocol=kernel.IPPROTO_MPTCP)
    s.exchange(c)
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT)
