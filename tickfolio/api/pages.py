"""The web pages: built files as they are, and the one page for every path that is a screen's."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOREVER = "public, max-age=31536000, immutable"


class Pages(StaticFiles):
    """Files under the folder; a path without a dot is a screen, which the page itself finds."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._page = folder / "index.html"

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the page."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or "." in path.rpartition("/")[2] or not self._page.exists():  # noqa: PLR2004  # the status's own number
                raise
            response = FileResponse(self._page)
        name = Path(path).parts[0] if Path(path).parts else ""
        response.headers["Cache-Control"] = _FOREVER if name == "assets" else "no-cache"
        return response
