"""What stands on a PDF page besides its running text: form fields and notes, headers and footers."""
