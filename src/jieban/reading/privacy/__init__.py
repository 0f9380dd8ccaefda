"""What must not be seen: numbers, names and addresses of people, found and masked."""
