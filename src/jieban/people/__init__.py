"""People: who works with the system, and who brings a demand. The only room with personal data."""
