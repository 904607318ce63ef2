"""Chooses how hints travel: inside one process, or by RabbitMQ where there is one."""

from __future__ import annotations

from report_service.amqp_hints import AmqpReceiver, AmqpSender
from report_service.hints import HintReceiver, HintSender, InProcessHints
from report_service.metrics import ReportMetrics
from report_service.settings import Settings
from report_service.storage.report_store import ReportStore
from runtime.background import Background


def open_sender(settings: Settings, background: Background, metrics: ReportMetrics) -> HintSender:
    """Return what the dispatcher sends by."""
    if not settings.uses_amqp:
        return InProcessHints()
    sender = AmqpSender(settings.amqp_url)
    metrics.watch_sender(sender)
    background.start(sender.run(), name="report hints out")
    return sender


async def embedded_receiver(
    settings: Settings, sender: HintSender, store: ReportStore, background: Background, metrics: ReportMetrics
) -> HintReceiver:
    """Return what the worker in the API's process receives by. Requeues what a queue in memory had forgotten."""
    if isinstance(sender, InProcessHints):
        await store.requeue_everything()
        return sender
    return open_receiver(settings, background, metrics)


def open_receiver(settings: Settings, background: Background, metrics: ReportMetrics) -> AmqpReceiver:
    """Return what a worker receives by from RabbitMQ."""
    receiver = AmqpReceiver(settings.amqp_url, prefetch=settings.render_children, rejected=metrics.hint_rejected)
    metrics.watch_receiver(receiver)
    background.start(receiver.run(), name="report hints in")
    return receiver
