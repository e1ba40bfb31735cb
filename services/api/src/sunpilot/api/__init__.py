"""REST, live stream and page: the one place where a person's configuration and orders come in."""
