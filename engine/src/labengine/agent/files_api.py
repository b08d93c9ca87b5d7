"""``/files/browse``, ``/files/read`` and ``/files/download`` of an agent."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from labengine.agent.sandbox_files import NotThere, SandboxFiles, Unreadable
from labengine.common.access import Handler


class FilesApi:
    def __init__(self, files: Callable[[], SandboxFiles]) -> None:
        self._files = files

    def routes(self, closed: Callable[[Handler], Handler]) -> list[Route]:
        handlers = {"browse": self._browse, "read": self._read, "download": self._download}
        return [Route(f"/files/{name}", closed(self._answering(handler))) for name, handler in handlers.items()]

    @staticmethod
    def _answering(answer: Callable[[Request, str], Response]) -> Handler:
        async def handler(request: Request) -> Response:
            path = request.query_params.get("path")
            if not path:
                return PlainTextResponse("Expecting 'path=value' in query.\n", 400)
            try:
                return answer(request, path)
            except NotThere:
                return PlainTextResponse("404 Not Found.", 404)
            except Unreadable as error:
                return PlainTextResponse(str(error), 400)

        return handler

    def _browse(self, _request: Request, path: str) -> Response:
        return JSONResponse([entry.to_json() for entry in self._files().browse(path)])

    def _read(self, request: Request, path: str) -> Response:
        """The web interface asks with -1 for the size first."""
        offset, length = _number(request, "offset"), _number(request, "length")
        if offset == -1:
            size, _data = self._files().read(path, 0, 0)
            return JSONResponse({"data": "", "offset": size})
        _size, data = self._files().read(path, offset, None if length == -1 else length)
        return JSONResponse({"data": data.decode(errors="replace"), "offset": offset})

    def _download(self, _request: Request, path: str) -> Response:
        file = self._files().locate(path)
        if file.is_dir():
            raise Unreadable("Cannot download a directory.\n")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return FileResponse(file, filename=file.name, media_type=kind)


def _number(request: Request, name: str) -> int:
    """-1 where it is not given."""
    text = request.query_params.get(name, "-1")
    try:
        number = int(text)
    except ValueError:
        raise Unreadable(f"Failed to parse {name}: Failed to convert '{text}' to number.\n") from None
    if number < -1:
        raise Unreadable(f"Negative {name} provided: {number}.\n")
    return number
