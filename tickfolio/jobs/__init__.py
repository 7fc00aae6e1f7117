"""Work without a request: the price refresh and the keeping of order, on a schedule."""
