"""Reader feedback on answers, and gold questions derived from it."""
