"""Every service in one process, with broker and store embedded: no Docker needed."""
