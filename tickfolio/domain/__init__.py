"""Pure rules: ledger, lots, holdings, prices, valuation. No clock, network, disk or framework."""
