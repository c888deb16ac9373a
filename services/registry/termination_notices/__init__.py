"""Notice of a side's wish to end the cooperation (M10a), and its end six months later."""
