"""The shapes of requests and answers, as OpenAPI tells them. Decimals are strings, instants RFC 3339 in UTC."""
