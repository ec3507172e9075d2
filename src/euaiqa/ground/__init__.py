"""Citations by code: what the model wrote in, sentences proven by exact quotes out.

`proof` attributes and cites; `clauses` sees a figure taken from its neighbour; `wording`
takes sentences apart.
"""

from euaiqa.ground.articles import ArticleNames
from euaiqa.ground.ledger import Ledger
from euaiqa.ground.proof import Grounding, ground, with_markers
from euaiqa.ground.wording import ENDED, clean

__all__ = ["ENDED", "ArticleNames", "Grounding", "Ledger", "clean", "ground", "with_markers"]
