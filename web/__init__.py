"""The chat's web layer: HTML views, styles and server middleware. Doesn't use Gradio."""
