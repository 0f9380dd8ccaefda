"""The whistle (吹哨报到): a unit that cannot do it alone calls others, who report in (Art. 16)."""
