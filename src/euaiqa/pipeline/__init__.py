"""The one place that knows the order of the stages.

`updating`: seeds -> documents -> segment -> index. `answer`: question -> retrieve -> gate ->
prompt -> generate -> ground -> Answer.
"""

from euaiqa.pipeline.answer import Pipeline
from euaiqa.pipeline.build import (
    build_index,
    encoder_of,
    open_pipeline,
    open_search,
    prepare,
    prepare_encoder,
    summary,
    warm_index,
)
from euaiqa.pipeline.reindexing import Reindexing
from euaiqa.pipeline.standing import status
from euaiqa.pipeline.updating import changes, roll_back, update

__all__ = [
    "Pipeline",
    "Reindexing",
    "build_index",
    "changes",
    "encoder_of",
    "open_pipeline",
    "open_search",
    "prepare",
    "prepare_encoder",
    "roll_back",
    "status",
    "summary",
    "update",
    "warm_index",
]
