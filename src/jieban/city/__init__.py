"""The city as data: places, units, categories, calendars and dated rules of one city."""
