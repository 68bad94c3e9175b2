"""A network between here and a machine: a port on this computer behind which everything is late."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@contextmanager
def far_away(address: str, port: int, round_trip: float) -> Iterator[int]:
    """A local port that leads to `address:port` with this round trip, in seconds.

    Each direction holds its data for half of it. Kernels that can delay packets themselves are
    rare in containers; this works everywhere.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        way = _Way(address, port, round_trip / 2)
        server = asyncio.run_coroutine_threadsafe(_listening(way), loop).result()
        yield int(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class _Way:
    address: str
    port: int
    delay: float

    async def joined(self, near: asyncio.StreamReader, here: asyncio.StreamWriter) -> None:
        """Carries one connection in both directions until both sides have closed it."""
        far, there = await asyncio.open_connection(self.address, self.port)
        await asyncio.gather(self._carried(near, there), self._carried(far, here))

    async def _carried(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while data := await source.read(65536):
            loop.call_later(self.delay, target.write, data)
        loop.call_later(self.delay, target.close)


async def _listening(way: _Way) -> asyncio.Server:
    return await asyncio.start_server(way.joined, "127.0.0.1", 0)
