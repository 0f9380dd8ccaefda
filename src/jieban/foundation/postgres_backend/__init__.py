"""Django's PostgreSQL backend for the embedded server, which it starts and brings back."""
