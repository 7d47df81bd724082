"""The kind of a lesson's experiment: both alternatives in turn, as `with` and `without`.

What they say is judged by records/verdicts.py, by the claim that the lesson makes; runs are not
compared with each other by speed, and there is no profile but one.
"""

from .base import Kind

KIND = Kind(id="experiment", lengths=())
