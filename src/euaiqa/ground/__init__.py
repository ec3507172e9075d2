"""Citations by code: what the model wrote in, sentences proven by exact quotes out.

`proof` attributes and cites; `clauses` sees a figure taken from its neighbour, `polarity` a
denial that is not the source's; `wording` takes sentences apart.
"""

from euaiqa.ground.articles import ArticleNames
from euaiqa.ground.ledger import Ledger
from euaiqa.ground.polarity import clash
from euaiqa.ground.proof import Grounding, ground, with_markers
from euaiqa.ground.wording import ENDED, clean

__all__ = [
    "ENDED",
    "ArticleNames",
    "Grounding",
    "Ledger",
    "clash",
    "clean",
    "ground",
    "with_markers",
]
