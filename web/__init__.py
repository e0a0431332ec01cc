"""The chat's web layer: HTML views, styles and server middleware. Knows nothing of Gradio."""
