"""The web: shell, design system, pages for residents and staff."""
