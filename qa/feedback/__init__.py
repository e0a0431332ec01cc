"""What readers say of answers, and gold questions made of it."""
