"""Time to the first token and to the whole answer, beside other ways over the same model.

`compare` is the command; read its docstring first. Nothing in `src` imports anything from here.
"""
