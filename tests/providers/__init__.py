"""Tests of the sources of prices, and the replayed market that other tests may use."""
