"""Sources of prices: the one room that talks HTTP to the outside."""
