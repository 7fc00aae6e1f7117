"""Pure answers: domain results in the shape that the API serves."""
