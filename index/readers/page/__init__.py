"""Pages as they are shown: their pictures, and where a sentence stands on them."""
