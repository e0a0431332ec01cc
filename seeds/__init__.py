"""The article that Dalil answers from out of the box, and gold questions about it."""
