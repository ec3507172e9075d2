"""The peers, each a process of its own that speaks JSON lines; they import nothing of euaiqa."""
