"""Who is the client, where neither SYN nor SYN-ACK was seen (SPEC 1)."""

from __future__ import annotations

from segments import ACK, Segment

WELL_KNOWN, EPHEMERAL = 1024, 32768
SERVICES = frozenset(int(port) for port in """
1080 1194 1433 1434 1521 1723 1883 2049 2181 2375 2376 2379 2380 3000 3128 3260 3268 3269 3306 3389 4222 4369 4443 5000
5001 5044 5060 5061 5222 5269 5432 5433 5555 5601 5671 5672 5900 5938 5984 5985 5986 6000 6379 6380 6443 6514 6667 6697
7000 7001 7077 7474 7687 8000 8008 8080 8081 8086 8088 8089 8123 8140 8200 8300 8333 8443 8500 8529 8530 8531 8554 8883
8888 9000 9001 9042 9090 9092 9093 9100 9200 9300 9418 9443 9999 10000 10050 10051 10250 10443 11211 15672 16379 18080
25565 26257 26379 27017 27018 32400 33060 50000 50051 50070 61613 61616""".split())


def guess_client(first: Segment) -> int:
    """0: the sender of the first segment; 1: its receiver."""
    if first.is_rst and first.has(ACK) and first.seq == 0:
        return 1
    ports = first.source[1], first.destination[1]
    for is_server in (lambda port: port < WELL_KNOWN, SERVICES.__contains__, lambda port: port < EPHEMERAL):
        servers = [is_server(port) for port in ports]
        if servers.count(True) == 1:
            return servers.index(False)
    return 0
