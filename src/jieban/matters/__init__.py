"""Matters: what every kind of case shares — number, owner, state by table, events, clock, attachments.

This room knows no kind. A kind (tickets are the first) brings its model, its transition table and its
flow table as a ``Kind`` and gets history, compare-and-set, deadlines and rebuilding for nothing.
"""
