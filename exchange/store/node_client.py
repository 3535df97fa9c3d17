"""Reading another node's feed over HTTP: bounded in time and size, no redirects, nothing of ours sent along."""

import httpx2

from exchange.ports import Unavailable

SECONDS = 10.0
BYTES_MAX = 4_000_000


class NodeClient:
    """The other nodes, by their addresses."""

    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False)

    async def fetch(self, base_url: str, after: int) -> bytes:
        """A page of the feed after `after`; Unavailable when the node does not give one."""
        url = f"{base_url}/api/v1/node/feed?after={after}"
        try:
            async with self._client.stream("GET", url, headers={"accept": "application/json"}) as answer:
                if answer.status_code != 200:
                    raise Unavailable(f"{base_url} answers {answer.status_code}")
                return await _bounded(base_url, answer)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise Unavailable(f"{base_url}: {type(error).__name__} {error}".strip()) from error

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.aclose()


async def _bounded(base_url: str, answer: httpx2.Response) -> bytes:
    data = bytearray()
    async for chunk in answer.aiter_bytes():
        data += chunk
        if len(data) > BYTES_MAX:
            raise Unavailable(f"{base_url}: a page larger than {BYTES_MAX} bytes")
    return bytes(data)
