"""Counts for Prometheus. The way of a request only adds up plain integers; they become metrics when somebody asks, and
prometheus-client is loaded with the first."""

from collections import Counter
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from emulator.control_api.call import call
from emulator.control_api.context import Context
from emulator.http.messages import HttpReply
from emulator.sandboxes.turns import Steps, in_turns
from emulator.version import __version__

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_PREFIX = "sms_emulator"
_ANSWERS = {True: "accepted", False: "refused", None: "under-way"}


class _Collector(NamedTuple):
    """The emulator's counts as prometheus-client wants them."""

    collect: "Callable[[], list[Metric]]"


def _counts(context: Context) -> "Steps[list[Metric]]":
    """With the node's number at each count, where there are many."""
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

    by_status: Counter[str] = Counter()
    answers: Counter[tuple[str, str]] = Counter()
    due = dropped = sessions = 0
    sandboxes = list(context.manager.sandboxes.by_id.values())
    for one in sandboxes:
        by_status.update(one.engine.state.store.by_status)
        due += len(one.engine.state.scheduler)
        dropped += one.journal.dropped
        sessions += sum(1 for _ in context.smpp.of(one))
        for made in one.journal.attempts():
            answers[made.provider, _ANSWERS[made.accepted]] += 1
            yield
        yield
    asked = CounterMetricFamily(
        f"{_PREFIX}_requests", "Requests by provider, protocol, operation and outcome.",
        labels=("provider", "protocol", "operation", "outcome"),
    )  # fmt: skip
    messages = GaugeMetricFamily(f"{_PREFIX}_messages", "Messages there are, by status.", labels=("status",))
    callbacks = GaugeMetricFamily(
        f"{_PREFIX}_callbacks", "Callback attempts that the journals keep, by how they were answered.",
        labels=("provider", "answer"),
    )  # fmt: skip
    for labels, count in sorted(context.http.counted.items()):
        asked.add_metric(labels, count)
    for status, count in sorted(by_status.items()):
        messages.add_metric((status,), count)
    for pair, count in sorted(answers.items()):
        callbacks.add_metric(pair, count)
    info = InfoMetricFamily(_PREFIX, "Which emulator this is.", {"version": __version__})
    found = [info, asked, messages, callbacks, *(
        GaugeMetricFamily(f"{_PREFIX}_{name}", meaning, value) for name, meaning, value in (
            ("sandboxes", "Sandboxes there are.", len(sandboxes)),
            ("due", "Things that are due.", due),
            ("journal_bytes", "What the journals hold.", context.manager.budget.used),
            ("journal_dropped", "Entries that left the journals because there was no space.", dropped),
            ("smpp_sessions", "Bound SMPP sessions.", sessions),
        )
    )]  # fmt: skip
    if node := context.manager.node:
        for sample in chain.from_iterable(metric.samples for metric in found):
            sample.labels["node"] = str(node)
    return found


@call("metrics", kind="text/plain")
async def metrics(context: Context) -> HttpReply:
    """Counts for Prometheus, over all sandboxes."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
    from prometheus_client.registry import CollectorRegistry

    found = await in_turns(_counts(context))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(lambda: found))
    return HttpReply(headers=(("Content-Type", CONTENT_TYPE_LATEST),), body=generate_latest(registry))
