"""Which unit is likely the right one: candidates, their measures, what was learned, how sure it is."""
