"""The bundled multilingual-e5-small: its weights, its tokenizer, its ONNX graph."""
