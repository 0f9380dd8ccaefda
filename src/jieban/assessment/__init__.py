"""Assessment (考评): the three rates of each unit, from the requesters' own answers alone."""
