"""Exclusion (剔除) and appeal: which tickets the rates leave out, by whose decision, for how long."""
