"""Serving pages: sessions, health, logins, headers, workers, and what the libraries' own way of it needs."""
