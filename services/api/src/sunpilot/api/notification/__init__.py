"""Messages to a person: what is worth one, in which words, and how it is sent."""
