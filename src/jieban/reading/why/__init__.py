"""Why a request was understood as it was: the words that carried it, and what would change it. Pure."""
