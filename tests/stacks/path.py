"""What devices on the way do: routers that report errors, a capture on both sides of a router, a SYN proxy."""

from lab import NotAllowed
from opening import COMPLETE, FOUR_BY_CLIENT, finish
from scenarios import scenario
from wire import ICMP, ROUTER, icmp_error, one_hop_further

TWICE = {"handshake__outcome": "complete", "handshake__kind": "three-way", "handshake__steps": "1 1 2 2 3 3",
         "teardown__kind": "four-segment", "teardown__closer": "client", "teardown__steps": "1 1 2 2 3 3 4 4",
         "client__state": "TIME-WAIT", "server__state": "CLOSED", "conn__state": "SF", "conn__history": "ShADadFf"}


def usual_connection(s, version=4):
    s.listen(version=version)
    c = s.open(version=version)
    s.frame_has(copy="1", handshake__step="3")
    s.exchange(c)
    finish(s, c)
    c.expect(**TWICE)


@scenario("a capture on both sides of a router: every packet once more, with one hop less")
def both_sides_of_a_router(s):
    s.lab.copies, s.lab.copied = 2, one_hop_further
    usual_connection(s)


@scenario("the same over IPv6")
def ipv6_both_sides_of_a_router(s):
    s.lab.copies, s.lab.copied = 2, one_hop_further
    usual_connection(s, 6)


@scenario("over IPv6: every frame is captured twice; without an identification the time stamps tell copies from repeats")
def ipv6_frames_captured_twice(s):
    s.lab.copies = 2
    usual_connection(s, 6)


def errors_to_data(s, version, kinds):
    """Each segment of data is lost, a router says why, and the repeat gets through."""
    s.listen(version=version)
    c = s.open(version=version)
    for kind in kinds:
        s.send(c, "client", 90, flow=False)
        data = s.lose("client")
        s.deliver(frame=icmp_error(data, kind))
        s.frame_has(icmp=kind, icmp__from=ROUTER[version])
        if not s.pending():  # an error can hasten the repeat
            s.wait(4)
        s.flow()
        s.require(s.read(c, "server") == 90, "the repeat must get through")
    s.flow()
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__icmp=kinds[0])


@scenario("ICMP errors of every kind to the client's data: none ends the connection, the repeats get through")
def icmp_of_every_kind_to_data(s):
    errors_to_data(s, 4, list(ICMP))


@scenario("the same over IPv6")
def ipv6_icmp_of_every_kind_to_data(s):
    errors_to_data(s, 6, [kind for kind, (_, six) in ICMP.items() if six])


def error_to_syn(s, port, kind, version=4):
    """A router answers the SYN; the kernel gives up at once."""
    c = s.connect(client_port=port, version=version)
    s.limit_to_end("lost-later", of=c, server="SYN-RECEIVED")
    syn = s.lose("client")
    s.limit_to_end("silent", of=c, client="SYN-SENT")
    s.deliver(frame=icmp_error(syn, kind))
    s.frame_has(icmp=kind, icmp__from=ROUTER[version])
    s.require(s.read_error(c, "client") != 0, "the client must hear of it")
    c.expect(handshake__outcome="unreachable", handshake__kind="", handshake__steps="1", teardown__kind="none",
             conn__icmp=kind, client__state="SYN-SENT", server__state="SYN-RECEIVED", conn__state="S0", conn__history="S")


@scenario("ICMP errors of every kind to a SYN: those that say that it did not arrive end the attempt; the two others do not")
def icmp_of_every_kind_to_syn(s):
    s.listen()
    kinds = [kind for kind in ICMP if kind not in ("fragmentation-needed", "other", "prohibited")]
    for port, kind in enumerate(kinds, 40001):
        error_to_syn(s, port, kind)
    c = s.connect(client_port=40011)
    syn = s.deliver("client")
    s.deliver(frame=icmp_error(syn, "fragmentation-needed"))
    s.frame_has(icmp="fragmentation-needed")
    s.require_states(c, "SYN-SENT", "SYN-RECEIVED")
    s.flow()
    s.accept(c)
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT, conn__icmp="fragmentation-needed")


@scenario("over IPv6: a router forbids the connection")
def ipv6_icmp_to_syn(s):
    s.listen(version=6)
    error_to_syn(s, 40001, "prohibited", 6)


@scenario("a SYN proxy (nftables) in front of the server: it answers the SYN itself, with a window of 0, and opens to the "
          "server when the third segment has come")
def syn_proxy(s):
    server = s.lab.hosts["server"]
    try:
        server.sysctl("net.netfilter.nf_conntrack_tcp_loose", 0)
    except NotAllowed as error:
        raise NotAllowed(f"connection tracking: {error}") from error
    server.nft("add table ip f", "add chain ip f r { type filter hook prerouting priority -300 ; }",
               "add rule ip f r iifname wire0 tcp dport 80 tcp flags syn notrack",
               "add chain ip f i { type filter hook input priority 0 ; }",
               "add rule ip f i tcp dport 80 iifname wire0 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm",
               "add rule ip f i ct state invalid drop")
    s.listen()
    c = s.connect()
    with s.limit("proxy", server="SYN-RECEIVED"):
        s.deliver("client")
        s.deliver("server")
    # The proxy opens to the server now, in the client's name; what the server has of it shows with the first data.
    with s.limit("proxy", server="ESTABLISHED"):
        s.deliver("client")
        s.deliver("server")
    s.send(c, "client", 100, flow=False)
    s.deliver("client")
    s.flow()
    s.accept(c)
    s.read(c, "server")
    finish(s, c)
    c.expect(**COMPLETE, **FOUR_BY_CLIENT)
