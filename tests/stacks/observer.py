"""The usual connection as a worse observer sees it: twice, one direction only, from the middle, not to the end."""

from opening import COMPLETE, FOUR_BY_CLIENT, finish
from scenarios import scenario


@scenario("every frame is captured twice, as on a mirror port that copies both directions")
def frames_captured_twice(s):
    s.lab.copies = 2
    s.listen()
    c = s.open()
    s.exchange(c)
    finish(s, c)
    c.expect(handshake__outcome="complete", handshake__kind="three-way", handshake__steps="1 1 2 2 3 3",
             teardown__kind="four-segment", teardown__closer="client", teardown__steps="1 1 2 2 3 3 4 4",
             client__state="TIME-WAIT", server__state="CLOSED", conn__state="SF", conn__history="ShADadFf",
             # Copies of data and of ACKs that perform no step are not told from repeats.
             conn__client__packets="8", conn__server__packets="7", conn__client__bytes="100", conn__server__bytes="300")


@scenario("the observer sees the client's segments only")
def client_direction_only(s):
    s.lab.hidden = lambda frame: frame.sender == "server"
    s.listen()
    c = s.connect()
    s.deliver("client")
    with s.limit("not-seen", client="SYN-SENT"):
        s.deliver("server")
    s.flow()
    s.accept(c)
    s.exchange(c)
    s.close(c, "client", flow=False)
    s.deliver("client")
    s.limit_to_end("not-seen", client="FIN-WAIT-1", server="CLOSE-WAIT")
    s.flow()
    s.read(c, "server")
    s.close(c, "server")
    c.expect(handshake__outcome="partial", handshake__steps="1 3", teardown__kind="half-closed",
             teardown__closer="client", teardown__steps="1", client__state="FIN-WAIT-1", server__state="CLOSE-WAIT",
             conn__state="SH", conn__history="SADF")


@scenario("the observer sees the server's segments only: the client's FIN is known by its acknowledgment at best")
def server_direction_only(s):
    s.lab.hidden = lambda frame: frame.sender == "client"
    s.listen()
    c = s.connect()
    s.deliver("client")
    s.deliver("server")
    s.limit_to_end("not-seen", server="SYN-RECEIVED")
    s.deliver("client")
    s.accept(c)
    c.expect(handshake__outcome="partial", handshake__kind="three-way", handshake__steps="2",
             teardown__kind="none", client__state="ESTABLISHED", server__state="SYN-RECEIVED")


@scenario("the capture begins after the opening")
def capture_begins_after_opening(s):
    s.lab.hidden = lambda frame: True
    s.listen()
    c = s.open()
    s.lab.hidden = lambda frame: False
    s.exchange(c)
    finish(s, c)
    c.expect(handshake__outcome="not-captured", handshake__kind="not-captured", handshake__steps="", **FOUR_BY_CLIENT,
             conn__history="DadAFf")


@scenario("the capture begins with the server's FIN")
def capture_begins_at_close(s):
    s.lab.hidden = lambda frame: True
    s.listen()
    c = s.open()
    s.exchange(c)
    s.lab.hidden = lambda frame: False
    s.close(c, "server")
    s.read(c, "client")
    s.close(c, "client")
    c.expect(handshake__outcome="not-captured", handshake__kind="not-captured", handshake__steps="",
             teardown__kind="four-segment", teardown__closer="server", teardown__steps="1 2 3 4",
             client__state="CLOSED", server__state="TIME-WAIT", conn__state="SF", conn__history="^fAFa")


@scenario("the SYN was not captured: the capture begins with the SYN-ACK")
def syn_not_captured(s):
    s.lab.hidden = lambda frame: frame.syn and not frame.has_ack
    s.listen()
    c = s.connect()
    s.flow()
    s.accept(c)
    s.exchange(c)
    finish(s, c)
    c.expect(handshake__outcome="partial", handshake__kind="three-way", handshake__steps="2 3", **FOUR_BY_CLIENT)


@scenario("the SYN-ACK was not captured")
def synack_not_captured(s):
    s.lab.hidden = lambda frame: frame.syn and frame.has_ack
    s.listen()
    c = s.connect()
    s.deliver("client")
    with s.limit("not-seen", client="SYN-SENT"):
        s.deliver("server")
    s.deliver("client")
    s.frame_has(handshake__step="3", ack="Y+1", seq="X+1")
    s.accept(c)
    s.exchange(c)
    finish(s, c)
    c.expect(handshake__outcome="partial", handshake__kind="three-way", handshake__steps="1 3", **FOUR_BY_CLIENT)


@scenario("the capture ends before the close: the sockets go on without it")
def capture_ends_before_close(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.lab.hidden = lambda frame: True
    s.limit_to_end("not-seen", client="ESTABLISHED", server="ESTABLISHED")
    finish(s, c)
    c.expect(**COMPLETE, teardown__kind="still-open", client__state="ESTABLISHED", server__state="ESTABLISHED",
             conn__state="S1", conn__history="ShADad")
