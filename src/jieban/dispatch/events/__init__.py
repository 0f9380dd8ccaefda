"""Common matters: requests of several people that tell of one event, suggested, joined, split, merged."""
