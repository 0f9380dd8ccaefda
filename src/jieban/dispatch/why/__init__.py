"""Why a unit was proposed, in words, and what would change it."""
