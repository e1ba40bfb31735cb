"""The controller: the policy (pure) and the handlers around it."""
