"""Papers to print, sign and keep: each is described once from its data and written as PDF and as DOCX.

`kinds.KINDS` lists them; `pdf.pdf` and `word_file.docx` write any number of them into one file.
"""
