"""BUDGET: the estimate as page, interface and workbook."""
