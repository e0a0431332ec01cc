"""Text extraction from PDF, in reading order."""

from __future__ import annotations

import logging

# These log every irregularity of a file to standard error.
for _library in ("pdfminer", "fontTools"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)
