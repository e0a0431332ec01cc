"""Pages as pictures, and the positions of sentences on them."""
