"""The web pages: built files as they are, and the one page for every path that is a screen's."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOREVER = "public, max-age=31536000, immutable"
_NOT_FOUND = 404
# What is below these is a file or a route, or is not there at all; never a screen.
_NEVER_SCREENS = frozenset({"api", "assets"})


class Pages(StaticFiles):
    """Files under the folder; a path without a dot is a screen, which the page itself finds."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        # Where no pages were built there are none; that is no reason to fail.
        self.config_checked = True
        self._page = folder / "index.html"

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the page."""
        parts = Path(path).parts
        first = parts[0] if parts else ""
        if first == "api":
            raise HTTPException(_NOT_FOUND, "There is no such path in the API.")
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            is_screen = path == "." or (first not in _NEVER_SCREENS and "." not in path.rpartition("/")[2])
            if error.status_code != _NOT_FOUND or not is_screen or not self._page.exists():
                raise
            response = FileResponse(self._page)
        response.headers["Cache-Control"] = _FOREVER if first == "assets" else "no-cache"
        return response
