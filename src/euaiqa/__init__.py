"""Answers questions about a folder of articles and proves every sentence with an exact quote."""

__version__ = "0.1.0"
