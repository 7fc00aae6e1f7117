"""What is in a ledger before anybody looks: entered through the API."""

APPLE = {"asset_type": "STOCK", "exchange": "NASDAQ", "symbol": "AAPL"}
GOLD = {"asset_type": "STOCK", "exchange": "MANUAL", "symbol": "COIN", "currency": "INR"}


def record(client, portfolio, *rows):
    """Rows that are there before anybody looks."""
    for row in rows:
        answer = client.post(f"/portfolios/{portfolio['id']}/transactions", json=row)
        assert answer.status_code == 201, answer.text


def price(client, holding, amount):
    """Enters a price of today by hand."""
    portfolio = holding["portfolio_id"]
    today = client.get(f"/portfolios/{portfolio}/performance").json()["to"]
    answer = client.put(f"/instruments/{holding['instrument']['id']}/prices/{today}", json={"price": amount})
    assert answer.status_code == 200, answer.text
