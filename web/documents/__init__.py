"""Documents to keep and to print: DOCX, HTML and PDF, all made from the same text."""
