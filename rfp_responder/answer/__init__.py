"""From passages to a grounded answer."""
