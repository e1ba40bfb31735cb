"""One-shot: makes every secret and broker account once, and hands each service its own. Needs no network."""
