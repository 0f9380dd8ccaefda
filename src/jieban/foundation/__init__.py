"""The ground below every room: settings from the environment and the database."""
