"""Oversight (督办): what is put under supervision, by which trigger, on which rung of the ladder."""
