"""Solutions and marks as pages."""
