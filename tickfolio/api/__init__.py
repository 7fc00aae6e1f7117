"""HTTP in: requests to use cases, results and errors to JSON. No rules of its own."""
