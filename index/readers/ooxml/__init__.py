"""What DOCX, XLSX and PPTX files share: Office Open XML's parts, elements and metadata."""
