"""Who may do what: the password and its log-ins, API keys with scopes, and reading that is open for a while."""

from sunpilot.api.access.gate import Access

__all__ = ["Access"]
