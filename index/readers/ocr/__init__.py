"""Text recognition (OCR) of pictures and of scanned PDF files, by Tesseract."""
