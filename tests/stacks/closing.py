"""How connections close: the figures of RFC 9293 section 3.6, half-close, and every way to abort."""

import socket
import time

from opening import COMPLETE, FOUR_BY_CLIENT, QUICKACK_OFF, finish
from scenarios import scenario

BY_SERVER = {"teardown__kind": "four-segment", "teardown__closer": "server", "teardown__steps": "1 2 3 4",
             "client__state": "CLOSED", "server__state": "TIME-WAIT", "conn__state": "SF"}
ENDED = {"client__state": "CLOSED", "server__state": "CLOSED"}


@scenario("RFC 9293 figures 6 and 12: the usual connection; the client closes first")
def close_by_client(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, teardown__half_close_bytes="0", conn__history="ShADadFf")


@scenario("the usual connection; the server closes first")
def close_by_server(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.close(c, "server")
    s.read(c, "client")
    s.close(c, "client")
    c.expect(**COMPLETE, **BY_SERVER, teardown__half_close_bytes="0", conn__history="ShADadfF")


@scenario("opened and closed without any data")
def close_without_data(s):
    s.listen()
    c = s.open()
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShAFaf")


@scenario("the usual connection over IPv6")
def ipv6_close_by_client(s):
    s.listen(version=6)
    c = s.open(version=6)
    s.exchange(c)
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")


@scenario("over IPv6: nothing listens on the port")
def ipv6_refused_port(s):
    c = s.connect(server_port=81, version=6)
    with s.limit("no-listener", server="SYN-RECEIVED"):
        s.deliver("client")
    s.flow()
    c.expect(handshake__outcome="refused", handshake__kind="", handshake__steps="1", teardown__kind="none",
             conn__state="REJ", conn__history="Sr", **ENDED)


@scenario("half-close: the client has sent everything, the server goes on sending 3000 bytes, then closes")
def half_close_by_client(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.shutdown(c, "client")
    for _ in range(3):
        s.send(c, "server", 1000)
        s.read(c, "client")
    s.read(c, "server")
    s.close(c, "server")
    s.read(c, "client")
    s.close(c, "client")
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, teardown__half_close_bytes="3000", conn__history="ShADadFf")


@scenario("the server's last data cross the client's FIN on the way")
def data_crosses_fin(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.send(c, "server", 500, flow=False)
    s.shutdown(c, "client", flow=False)
    s.deliver("client")
    s.deliver("server")
    s.flow()
    s.read(c, "client")
    s.read(c, "server")
    s.close(c, "server")
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, teardown__half_close_bytes="500", conn__history="ShADadFf")


@scenario("half-close the other way: the server has sent everything, the client goes on sending 2500 bytes")
def half_close_by_server(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.shutdown(c, "server")
    s.read(c, "client")
    for count in (1000, 1000, 500):
        s.send(c, "client", count)
        s.read(c, "server")
    s.close(c, "client")
    s.read(c, "server")
    s.close(c, "server")
    c.expect(**COMPLETE, **BY_SERVER, teardown__half_close_bytes="2500", conn__history="ShADadfF")


@scenario("three-segment close: the server's FIN acknowledges the client's")
def three_segment_close(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    c.sockets["server"].setsockopt(*QUICKACK_OFF)
    s.close(c, "client", flow=False)
    s.deliver("client")
    s.require(not s.pending(), "the server's ACK must be delayed")
    s.read(c, "server")
    s.close(c, "server", flow=False)
    s.require(s.pending()[0].fin, "the delayed ACK was faster than the FIN")
    s.deliver("server")
    s.frame_has(role="FIN+CLOSE-ACK", teardown__step="2,3", seq="Y", ack="X+1")
    s.flow()
    c.expect(**COMPLETE, teardown__kind="three-segment", teardown__closer="client", teardown__steps="1 2 3 4",
             client__state="TIME-WAIT", server__state="CLOSED", conn__state="SF", conn__history="ShADadFf")


@scenario("the FIN stands on the last data segment: X is the number after the data")
def fin_with_data(s):
    s.listen()
    c = s.open()
    c.sockets["client"].send(b"x" * 70, socket.MSG_MORE)
    s.note(c, "client sends 70 bytes with MSG_MORE")
    s.close(c, "client", flow=False)
    s.require(s.pending()[0].fin and s.pending()[0].payload == 70, "data and FIN must share a segment")
    s.deliver("client")
    s.frame_has(role="FIN", teardown__step="1", seq="X-70", ack="Y")
    s.flow()
    s.read(c, "server")
    s.close(c, "server")
    c.expect(**COMPLETE, **FOUR_BY_CLIENT)


@scenario("RFC 9293 figure 13: both sides close at once and the FINs cross")
def simultaneous_close(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.close(c, "client", flow=False)
    s.close(c, "server", flow=False)
    s.require_states(c, "FIN-WAIT-1", "FIN-WAIT-1")
    with s.limit("in-flight", server="CLOSE-WAIT"):
        s.deliver("client")
    s.deliver("server")
    s.require_states(c, "CLOSING", "CLOSING")
    s.flow()
    s.require_states(c, "TIME-WAIT", "TIME-WAIT")
    c.expect(**COMPLETE, teardown__kind="simultaneous", teardown__closer="client", teardown__steps="1 3 2 4",
             client__state="TIME-WAIT", server__state="TIME-WAIT", conn__state="SF", conn__history="ShADadFf")


@scenario("the client aborts (SO_LINGER 0): RST of an open connection")
def abort_by_client(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.abort(c, "client")
    s.frame_has(reset="abort", reset__cause="aborts")
    s.read_error(c, "server")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="client", conn__state="RSTO",
             conn__history="ShADadR", **ENDED)


@scenario("the server aborts (SO_LINGER 0): RST of an open connection")
def abort_by_server(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.abort(c, "server")
    s.frame_has(reset="abort", reset__cause="aborts")
    s.read_error(c, "client")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="server", conn__state="RSTR",
             conn__history="ShADadr", **ENDED)


@scenario("the server closes with data that it has not read: the kernel sends RST instead of FIN")
def close_with_unread_data(s):
    s.listen()
    c = s.open()
    s.send(c, "client", 500)
    s.close(c, "server")
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="server", conn__state="RSTR", conn__history="ShADar",
             **ENDED)


@scenario("the listener closes with a connection that it never accepted: RST")
def listener_closes_unaccepted(s):
    listener = s.listen()
    c = s.connect()
    s.flow()
    listener.close()
    s.note(c, "server closes its listener")
    s.flow()
    c.expect(**COMPLETE, teardown__kind="reset", teardown__closer="server", conn__state="RSTR", conn__history="ShAr",
             **ENDED)


@scenario("the client half-closes, the server aborts: RST after a FIN")
def abort_after_half_close(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.shutdown(c, "client")
    s.abort(c, "server")
    c.expect(**COMPLETE, teardown__kind="reset-after-fin", teardown__closer="client", teardown__steps="1 2",
             conn__state="RSTR", conn__history="ShADadFr", **ENDED)


@scenario("the client closes both directions, the server sends on: RST from a socket in FIN-WAIT-2")
def data_after_close(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.close(c, "client")
    s.require_states(c, "FIN-WAIT-2", "CLOSE-WAIT")
    s.send(c, "server", 100, flow=False)
    with s.limit("in-flight", client="FIN-WAIT-2"):
        s.deliver("server")
    s.flow()
    c.expect(**COMPLETE, teardown__kind="reset-after-fin", teardown__closer="client", teardown__steps="1 2",
             teardown__half_close_bytes="100", conn__state="RSTO", conn__history="ShADadFR", **ENDED)


@scenario("the server never closes; the client's orphan in FIN-WAIT-2 times out (TCP_LINGER2) in silence")
def fin_wait_2_timeout(s):
    s.listen()
    c = s.open(options=[(socket.IPPROTO_TCP, socket.TCP_LINGER2, 1)])
    s.close(c, "client")
    s.require_states(c, "FIN-WAIT-2", "CLOSE-WAIT")
    for _ in range(40):
        time.sleep(0.1)
        if s.states(c)["client"] == "CLOSED":
            break
    s.limit_to_end("silent", client="FIN-WAIT-2")
    s.note(c, "client's FIN-WAIT-2 has timed out")
    c.expect(**COMPLETE, teardown__kind="half-closed", teardown__closer="client", teardown__steps="1 2",
             client__state="FIN-WAIT-2", server__state="CLOSE-WAIT", conn__state="S2", conn__history="ShAFa")


@scenario("a host that keeps no TIME-WAIT (net.ipv4.tcp_max_tw_buckets = 0)")
def time_wait_not_kept(s):
    s.lab.hosts["client"].sysctl("net.ipv4.tcp_max_tw_buckets", 0)
    s.listen()
    c = s.open()
    s.exchange(c)
    s.shutdown(c, "client")
    s.read(c, "server")
    s.close(c, "server", flow=False)
    s.limit_to_end("no-time-wait", client="TIME-WAIT")
    s.flow()
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__history="ShADadFf")


@scenario("the same host forgets an orphan in FIN-WAIT-2 as well: the server's FIN is answered by RST")
def fin_wait_2_not_kept(s):
    s.lab.hosts["client"].sysctl("net.ipv4.tcp_max_tw_buckets", 0)
    s.listen()
    c = s.open()
    s.exchange(c)
    s.close(c, "client", flow=False)
    s.deliver("client")
    with s.limit("no-time-wait", client="FIN-WAIT-2"):
        s.flow()
        s.read(c, "server")
    with s.limit("no-time-wait", client="TIME-WAIT"):
        s.close(c, "server", flow=False)
        s.deliver("server")
    s.flow()
    # Zeek lets a RST after both FINs count for nothing: SF.
    c.expect(**COMPLETE, teardown__kind="reset-after-fin", teardown__closer="client", teardown__steps="1 2 3",
             conn__state="SF", conn__history="ShADadFfR", **ENDED)


@scenario("the connection is still open when the capture ends")
def still_open(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    c.expect(**COMPLETE, teardown__kind="still-open", client__state="ESTABLISHED", server__state="ESTABLISHED",
             conn__state="S1", conn__history="ShADad")


@scenario("the server closes, the client never does: half-closed when the capture ends")
def half_closed_at_end(s):
    s.listen()
    c = s.open()
    s.exchange(c)
    s.close(c, "server")
    s.require_states(c, "CLOSE-WAIT", "FIN-WAIT-2")
    c.expect(**COMPLETE, teardown__kind="half-closed", teardown__closer="server", teardown__steps="1 2",
             client__state="CLOSE-WAIT", server__state="FIN-WAIT-2", conn__state="S3", conn__history="ShADadf")
