"""Opens and closes connections on 127.0.0.1, so that a live capture has something to show.

    live.py SECONDS PORT_FILE

Listens on a port of the kernel's choice and writes it to PORT_FILE; then, for that many seconds, opens a connection every
fifth of a second, which the client closes, and another to a port where nobody listens.
"""

import contextlib
import pathlib
import socket
import sys
import time

seconds, port_file = float(sys.argv[1]), pathlib.Path(sys.argv[2])
with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as nobody:
    nobody.bind(("127.0.0.1", 0))
    port_file.write_text(f"{server.getsockname()[1]} {nobody.getsockname()[1]}\n")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.create_connection(server.getsockname()) as client, server.accept()[0] as accepted:
            client.shutdown(socket.SHUT_WR)
            accepted.recv(1)
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(nobody.getsockname())
        time.sleep(0.2)
