"""What the chat's page is made of: HTML, style, and what its server lets through. Knows nothing of Gradio."""
