"""Runs of the prices: by hand, and waited for."""

import time


def refresh(client):
    """A run by hand, until it is done."""
    asked = client.post("/prices/refresh")
    assert asked.status_code == 202
    until(lambda: client.get("/prices/runs").json()["items"], lambda runs: asked.json()["run_id"] in _done(runs))


def until(look, happened, seconds=30):
    """What is seen, once that is so."""
    deadline = time.monotonic() + seconds
    while not happened(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.1)
    return seen


def _done(runs):
    return {run["run_id"] for run in runs if run["finished_at"]}
