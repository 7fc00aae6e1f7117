"""A source that is not searched, because it has no search or because one would spend what prices need."""

from tickfolio.providers.provider import Request, SearchResult


class Unsearched:
    """The part of an adapter that says so."""

    def search_request(self, query: str) -> Request | None:  # noqa: ARG002  # as Adapter
        """None: nothing is searched there."""
        return None

    def parse_search(self, body: bytes) -> SearchResult:  # noqa: ARG002  # as Adapter
        """Nothing: nothing is searched there."""
        return SearchResult()
