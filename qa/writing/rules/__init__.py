"""Rules of the check that need no model: negation, roles, units and degrees, clause by clause."""
