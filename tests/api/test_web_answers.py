"""The answers that the tests of the web pages read: written by the running product, so that none is made up.

`TICKFOLIO_WRITE_ANSWERS=1` writes them anew, when an answer has changed on purpose.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

from tests.api.running import Person, a_trade, add_holding, make_portfolio, running, trade, wait_until
from tests.infrastructure.clock import SettableClock

ANSWERS = Path(__file__).parents[2] / "web" / "tests" / "answers"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"\basha\d+@")


def answers_of(asha: Person) -> dict[str, Any]:
    """What the pages ask for, by name, of a sample portfolio, one in dollars, and one holding that has no price."""
    ask = asha.browser
    sample = ask.post("/sample").json()["id"]
    other = make_portfolio(asha, "Abroad", currency="USD")["id"]
    trade(asha, other, "BUY", "VTI", exchange="NYSE", price="210.00", quantity="4")
    add_holding(asha, sample, "UNLISTED", exchange="MANUAL", asset_type="BOND", currency="INR")
    trade(asha, sample, "SELL", "SAHYADRI", exchange="DEMO", quantity="5", price="1700.00", traded_on="2026-08-03")
    assert ask.post("/prices/refresh").status_code == 202
    here = f"/portfolios/{sample}"
    # The simulated market knows all sixteen of the sample.
    wait_until(lambda: ask.get(f"{here}/summary").json()["coverage"]["priced"] == 16, "prices", 30)
    summary = ask.get(f"{here}/summary").json()
    [holding] = [one for one in summary["holdings"] if one["instrument"]["symbol"] == "SAHYADRI"]
    too_many = a_trade("SELL", "SAHYADRI", exchange="DEMO", quantity="100000", price="1.00", traded_on="2026-09-01")
    oversold = ask.post(f"{here}/transactions", json=too_many)
    assert oversold.status_code == 409
    return {
        "summary": summary,
        "summary-of-all": ask.get("/summary").json(),
        "performance": ask.get(f"{here}/performance?from=2026-09-21&holdings=true").json(),
        "receipt": ask.get(f"{here}/explain?figure=profit_loss&holding={holding['id']}").json(),
        "lots": ask.get(f"/holdings/{holding['id']}/lots").json(),
        "transactions": ask.get(f"{here}/transactions?limit=20").json(),
        "found": ask.get("/instruments?q=sahy").json(),
        "providers": ask.get("/providers").json(),
        "health": ask.get(f"{here}/health").json(),
        "oversold": oversold.json(),
    }


def in_order(answers: dict[str, Any]) -> dict[str, Any]:
    """The same with ids that count up as they come, since the real ones hold chance."""
    text = json.dumps(answers, ensure_ascii=False)
    ids = {found: f"id-{number}" for number, found in enumerate(dict.fromkeys(_ID.findall(text)), 1)}
    counted = _ID.sub(lambda found: ids[found[0]], text)
    return dict(json.loads(_ADDRESS.sub("asha@", counted)))


def test_the_answers_that_the_webs_tests_read_are_those_of_the_product(sqlite_url):
    with running(sqlite_url, works=True, clock=SettableClock(), providers="demo") as server:
        written = in_order(answers_of(server.person()))

    ANSWERS.mkdir(exist_ok=True)
    for name, answer in written.items():
        path, text = ANSWERS / f"{name}.json", json.dumps(answer, ensure_ascii=False, indent=1) + "\n"
        if os.environ.get("TICKFOLIO_WRITE_ANSWERS"):
            path.write_text(text)
        assert path.exists(), f"{path.name}: TICKFOLIO_WRITE_ANSWERS=1 writes it"
        assert path.read_text() == text, f"{path.name} is stale: TICKFOLIO_WRITE_ANSWERS=1 writes it anew"
