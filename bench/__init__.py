"""The benches: one module per promise, run by ``jieban bench NAME``; modules with ``_`` are their tools."""
