"""How questions are worded."""
