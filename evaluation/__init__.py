"""Measures related lists against the ones that editors made by hand.

```python
import recommender
from evaluation import Plan, evaluate, standard_systems, write_report

engine = recommender.Recommender.open()
evaluation = evaluate(engine, Plan(standard_systems()))
write_report(evaluation, "recommender-report")
```

Uses the public names of `recommender` only. The names in `__all__` are the public interface; they
are imported when first used, because they need packages of the extra `evaluation`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .comparison import Change, ReportComparison, compare
    from .errors import EvaluationError, QrelsError, ReportError, RunError
    from .harness import Evaluation, evaluate
    from .measures import MEASURES
    from .plan import Plan
    from .report.files import read_report, write_report
    from .report.html import to_html
    from .report.markdown import to_markdown
    from .systems import PRODUCT, SYSTEMS, CannotRank, OutsideRun, System, standard_systems
    from .task import Task

__all__ = [
    "MEASURES",
    "PRODUCT",
    "SYSTEMS",
    "CannotRank",
    "Change",
    "Evaluation",
    "EvaluationError",
    "OutsideRun",
    "Plan",
    "QrelsError",
    "ReportComparison",
    "ReportError",
    "RunError",
    "System",
    "Task",
    "compare",
    "evaluate",
    "read_report",
    "standard_systems",
    "to_html",
    "to_markdown",
    "write_report",
]

_HOMES = {
    "MEASURES": "measures",
    "PRODUCT": "systems",
    "SYSTEMS": "systems",
    "CannotRank": "systems",
    "Change": "comparison",
    "Evaluation": "harness",
    "EvaluationError": "errors",
    "OutsideRun": "systems",
    "Plan": "plan",
    "QrelsError": "errors",
    "ReportComparison": "comparison",
    "ReportError": "errors",
    "RunError": "errors",
    "System": "systems",
    "Task": "task",
    "compare": "comparison",
    "evaluate": "harness",
    "read_report": "report.files",
    "standard_systems": "systems",
    "to_html": "report.html",
    "to_markdown": "report.markdown",
    "write_report": "report.files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
