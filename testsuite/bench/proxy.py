# SPDX-License-Identifier: MIT
"""A TCP proxy on loopback that holds back every piece of data: half a round trip each way.

proxy.py LISTEN_PORT TARGET_PORT ROUND_TRIP_MS; serves one connection, then ends.
"""
import select
import socket
import sys
import time

LISTEN, TARGET, HALF = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 2000

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", LISTEN))
server.listen(1)
print("ready", flush=True)
client, _ = server.accept()
target = socket.create_connection(("127.0.0.1", TARGET))
for one in (client, target):
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
other = {client: target, target: client}
queue = []  # (due, socket, data), in the order of arrival
while True:
    wait = max(0, queue[0][0] - time.monotonic()) if queue else None
    ready, _, _ = select.select([client, target], [], [], wait)
    for one in ready:
        data = one.recv(1 << 16)
        if not data:
            sys.exit(0)
        queue.append((time.monotonic() + HALF, other[one], data))
    while queue and queue[0][0] <= time.monotonic():
        _, to, data = queue.pop(0)
        to.sendall(data)
