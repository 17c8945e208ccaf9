"""Counts for Prometheus. The way of a request only adds up plain integers; they become metrics when somebody asks, and
prometheus-client is loaded with the first."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulator.control_api.call import call
from emulator.control_api.context import Context
from emulator.http.messages import HttpReply
from emulator.version import __version__

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_PREFIX = "sms_emulator"


class _Collector:
    """The emulator's counts as prometheus-client wants them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def collect(self) -> "Iterator[Metric]":
        """With the node's number at each count, where there are many."""
        node = self._context.manager.node
        for metric in self._counts():
            for sample in metric.samples if node else ():
                sample.labels["node"] = str(node)
            yield metric

    def _counts(self) -> "Iterator[Metric]":
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

        context = self._context
        sandboxes = list(context.manager.sandboxes.by_id.values())
        yield InfoMetricFamily(_PREFIX, "Which emulator this is.", {"version": __version__})
        asked = CounterMetricFamily(
            f"{_PREFIX}_requests", "Requests by provider, protocol, operation and outcome.",
            labels=("provider", "protocol", "operation", "outcome"),
        )  # fmt: skip
        for labels, count in sorted(context.http.counted.items()):
            asked.add_metric(labels, count)
        yield asked
        messages = GaugeMetricFamily(f"{_PREFIX}_messages", "Messages there are, by status.", labels=("status",))
        by_status: Counter[str] = Counter()
        for one in sandboxes:
            by_status.update(one.engine.state.store.by_status)
        for status, count in sorted(by_status.items()):
            messages.add_metric((status,), count)
        yield messages
        callbacks = GaugeMetricFamily(
            f"{_PREFIX}_callbacks", "Callback attempts that the journals keep, by how they were answered.",
            labels=("provider", "answer"),
        )  # fmt: skip
        words = {True: "accepted", False: "refused", None: "under-way"}
        told = Counter((made.provider, words[made.accepted]) for one in sandboxes for made in one.journal.attempts())
        for labels_, count in sorted(told.items()):
            callbacks.add_metric(labels_, count)
        yield callbacks
        for name, meaning, value in (
            ("sandboxes", "Sandboxes there are.", len(sandboxes)),
            ("due", "Things that are due.", sum(len(one.engine.state.scheduler) for one in sandboxes)),
            ("journal_bytes", "What the journals hold.", context.manager.budget.used),
            ("journal_dropped", "Entries that left the journals because there was no space.",
             sum(one.journal.dropped for one in sandboxes)),
            ("smpp_sessions", "Bound SMPP sessions.", sum(1 for one in sandboxes for _ in context.smpp.of(one))),
        ):  # fmt: skip
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", meaning, value)


@call("metrics", kind="text/plain")
async def metrics(context: Context) -> HttpReply:
    """Counts for Prometheus, over all sandboxes."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
    from prometheus_client.registry import CollectorRegistry

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(context))
    return HttpReply(headers=(("Content-Type", CONTENT_TYPE_LATEST),), body=generate_latest(registry))
