"""Bytes in, bytes out: HTTP, WebSocket, pages and the `luochui` command."""
