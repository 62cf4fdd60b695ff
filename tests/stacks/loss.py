"""Segments that are lost before or behind the observer, or change places, and what the kernels do about it."""

from opening import COMPLETE, FOUR_BY_CLIENT, finish
from scenarios import scenario


@scenario("the SYN is lost behind the observer and sent again after a second")
def syn_retransmitted(s):
    s.listen()
    c = s.connect()
    with s.limit("lost-later", server="SYN-RECEIVED"):
        s.lose("client")
        s.wait(1.6)
    s.flow()
    s.accept(c)
    finish(s, c)
    c.expect(handshake__outcome="complete", handshake__kind="three-way", handshake__steps="1 1 2 3", **FOUR_BY_CLIENT,
             conn__history="ShAFaf")


@scenario("the SYN-ACK is lost behind the observer; SYN and SYN-ACK are sent again")
def synack_retransmitted(s):
    s.listen()
    c = s.connect()
    s.deliver("client")
    with s.limit("lost-later", client="ESTABLISHED"):
        s.lose("server")
        s.wait(1.6)
    s.flow()
    s.accept(c)
    finish(s, c)
    c.expect(handshake__outcome="complete", handshake__kind="three-way", **FOUR_BY_CLIENT, conn__history="ShAFaf")


@scenario("the third segment is lost before the observer; the client's data complete the opening")
def third_segment_lost(s):
    s.listen()
    c = s.connect()
    s.deliver("client")
    s.deliver("server")
    s.drop("client")
    s.require_states(c, "ESTABLISHED", "SYN-RECEIVED")
    s.send(c, "client", 120)
    s.accept(c)
    s.read(c, "server")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT)


@scenario("the third segment is lost behind the observer; the client's data complete the opening")
def third_segment_lost_later(s):
    s.listen()
    c = s.connect()
    s.deliver("client")
    s.deliver("server")
    with s.limit("lost-later", server="ESTABLISHED"):
        s.lose("client")
    s.send(c, "client", 120)
    s.accept(c)
    s.read(c, "server")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADaFf")


@scenario("no third segment ever arrives: the server repeats its SYN-ACK and gives up in silence: half-open")
def half_open(s):
    s.lab.hosts["server"].sysctl("net.ipv4.tcp_synack_retries", 1)
    s.listen()
    c = s.connect()
    s.deliver("client")
    s.deliver("server")
    s.drop("client")
    s.wait(1.6)
    s.deliver("server")
    while s.pending():
        s.drop("client")
    s.require_states(c, "ESTABLISHED", "SYN-RECEIVED")
    s.limit_to_end("silent", server="SYN-RECEIVED")
    for _ in range(60):
        s.lab.poll(0.1)
        if s.states(c)["server"] == "LISTEN":
            break
    s.note(c, "server has given up")
    c.expect(handshake__outcome="half-open", handshake__kind="three-way", handshake__steps="1 2 2",
             teardown__kind="none", client__state="ESTABLISHED", server__state="SYN-RECEIVED", conn__state="S1",
             conn__history="Sh")


@scenario("the FIN is lost behind the observer and sent again")
def fin_retransmitted(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.close(c, "client", flow=False)
    with s.limit("lost-later", server="CLOSE-WAIT"):
        s.lose("client")
        s.wait(1)
    s.flow()
    s.read(c, "server")
    s.close(c, "server")
    c.expect(**COMPLETE, teardown__kind="four-segment", teardown__closer="client", teardown__steps="1 1 2 3 4",
             client__state="TIME-WAIT", server__state="CLOSED", conn__state="SF", conn__history="ShADadFf")


@scenario("the last ACK is lost behind the observer: the server repeats its FIN, TIME-WAIT answers again")
def last_ack_lost(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.close(c, "client")
    s.read(c, "server")
    s.close(c, "server", flow=False)
    s.deliver("server")
    with s.limit("lost-later", server="CLOSED"):
        s.lose("client")
        s.wait(1)
    s.flow()
    s.require_states(c, "TIME-WAIT", "CLOSED")
    c.expect(**COMPLETE, teardown__kind="four-segment", teardown__closer="client", teardown__steps="1 2 3 4 3 4",
             client__state="TIME-WAIT", server__state="CLOSED", conn__state="SF", conn__history="ShADadFf")


@scenario("a data segment is lost before the observer: a gap, duplicate ACKs, and the repeat")
def data_lost(s):
    s.listen()
    c = s.open()
    s.send(c, "client", 400, flow=False)
    s.drop("client")
    s.send(c, "client", 300)
    if s.read(c, "server") < 700:
        s.wait(1)
        s.flow()
        s.read(c, "server")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT)


@scenario("two segments of the client change places on the way: its FIN arrives before its last data")
def fin_before_data(s):
    s.listen()
    c = s.open()
    s.send(c, "client", 200, flow=False)
    s.close(c, "client", flow=False)
    s.require(len(s.pending()) == 2, "data and FIN must be two segments")
    data = s.take("client")
    with s.limit("out-of-order", server="CLOSE-WAIT"):
        s.deliver("client")
        s.frame_has(role="FIN", teardown__step="1", seq="X", ack="Y")
    s.deliver(frame=data)
    s.flow()
    s.read(c, "server")
    s.close(c, "server")
    c.expect(**COMPLETE, **FOUR_BY_CLIENT)
