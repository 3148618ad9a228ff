"""Files that leave the program: workbooks that are safe to open and can be traced back."""
