"""The pages beside the API: a folder of built files made here, so that no web build is needed."""

import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.testclient import TestClient

from tests.api.running import assert_problem
from tests.api.test_guards import raw
from tickfolio.api.pages import Pages

PAGE = b"<!doctype html><title>Tickfolio</title>"


@pytest.fixture
def site(embedded, tmp_path, monkeypatch):
    """The running product with small pages of the test's own in place of the built ones."""
    folder = tmp_path / "pages"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(PAGE)
    (folder / "assets" / "app-1a2b.js").write_text("1")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "sw.js").write_text("2")
    (folder / "manifest.webmanifest").write_text("{}")
    (tmp_path / "secret.txt").write_text("secret")
    pages = Pages(folder)
    app = embedded.product.app
    while not hasattr(app, "router"):
        app = app._app
    monkeypatch.setattr(app.router, "default", pages)
    return embedded


def test_the_root_and_every_screen_is_the_page(site):
    browser = site.browser()

    for path in ("/", "/portfolios/0198a5c2/holdings", "/sign-in", "/healthzz", "/apiary", "/x/" + "y" * 3000):
        answer = browser.get(site.url + path)
        assert (answer.status_code, answer.content) == (200, PAGE), path
        assert answer.headers["cache-control"] == "no-cache", path
        assert answer.headers["content-type"].startswith("text/html"), path
        assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_built_files_are_kept_for_ever_and_others_asked_for_again(site):
    browser = site.browser()

    script, icon = browser.get(f"{site.url}/assets/app-1a2b.js"), browser.get(f"{site.url}/icon.svg")

    assert "immutable" in script.headers["cache-control"]
    assert icon.headers["cache-control"] == "no-cache"
    unchanged = browser.get(f"{site.url}/icon.svg", headers={"If-None-Match": icon.headers["etag"]})
    assert unchanged.status_code == 304


def test_the_service_worker_and_the_manifest_are_asked_for_again_and_say_what_they_are(site):
    """A browser takes a worker only as a script; one kept too long would keep everybody on an old version."""
    for path, kind in (("/sw.js", "text/javascript"), ("/manifest.webmanifest", "application/manifest+json")):
        answer = site.browser().get(site.url + path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].partition(";")[0] == kind, path
        assert answer.headers["cache-control"] == "no-cache", path


def test_a_file_shared_where_no_worker_takes_it_is_refused(site):
    """The form comes from the system, of no origin: nothing that a page could not send is ever let in."""
    answer = site.browser(Origin="null").post(f"{site.url}/share", files={"file": ("x.csv", b"a,b", "text/csv")})

    assert_problem(answer, 403, "forbidden_origin")


def test_what_is_no_file_is_no_page_either_where_files_are(site):
    """A missing script answered by the page would be kept for ever as the script."""
    for path in ("/assets/gone", "/assets/gone.js", "/assets/", "/gone.js", "/favicon.ico"):
        answer = site.browser().get(site.url + path)
        assert_problem(answer, 404, "not_found")
        assert "immutable" not in answer.headers.get("cache-control", "")


def test_an_unknown_path_of_the_api_is_a_problem_and_not_the_page(site):
    for path in (
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v2/portfolios",
        "/api/v1/portfolios/",
        "//api/v1/me",
    ):
        for method in ("GET", "POST"):
            head = f"Host: {site.url[7:]}\r\nOrigin: {site.url}\r\nConnection: close"
            answer = raw(site, f"{method} {path} HTTP/1.1\r\n{head}\r\n\r\n".encode())
            assert answer.split(b" ")[1] in {b"404", b"405"}, (method, path, answer)
            assert b"application/problem+json" in answer


def test_no_path_leads_out_of_the_folder(site):
    for path in (
        "/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt", "/..\\secret.txt", "/%5c..%5csecret.txt", "//etc/passwd", "/%2fetc/passwd",
        "/assets//etc/passwd", "/....//secret.txt",
    ):  # fmt: skip
        answer = raw(site, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert answer.split(b" ")[1] in {b"200", b"400", b"404"}, (path, answer)
        assert b"root:" not in answer
        assert b"\r\n\r\nsecret" not in answer


def test_a_server_without_built_pages_says_so(tmp_path):
    client = TestClient(Starlette(routes=[Mount("/", Pages(tmp_path / "nothing"))]))

    assert client.get("/").status_code == 404


def test_pages_come_compressed_to_who_can_read_that_and_are_the_same(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "long.js").write_text("say('quiet');\n" * 500)
    pages = GZipMiddleware(Pages(tmp_path), minimum_size=1_000)
    browser = TestClient(pages)
    packed = browser.get("/assets/long.js", headers={"Accept-Encoding": "gzip"})
    plain = browser.get("/assets/long.js", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text == "say('quiet');\n" * 500
    assert packed.headers["vary"] == "Accept-Encoding"
