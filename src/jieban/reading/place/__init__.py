"""Where it happened: names of places, their meanings, and the smallest place that is sure."""
