"""The one place that knows the order of the stages.

`build`: seeds -> documents -> segment -> index. `answer`: question -> retrieve -> gate ->
prompt -> generate -> ground -> Answer.
"""

from euaiqa.pipeline.answer import Pipeline
from euaiqa.pipeline.build import (
    build_index,
    open_pipeline,
    open_search,
    prepare,
    prepare_encoder,
    warm_index,
)

__all__ = [
    "Pipeline",
    "build_index",
    "open_pipeline",
    "open_search",
    "prepare",
    "prepare_encoder",
    "warm_index",
]
