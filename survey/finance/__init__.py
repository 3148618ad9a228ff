"""PAY: what the current assessments would cost (dự toán). Allocation and payment come later."""
