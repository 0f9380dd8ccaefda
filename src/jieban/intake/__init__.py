"""Taking requests in (受理): read what people send, make clean requests of it, lose nothing on the way."""
