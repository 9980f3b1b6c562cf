"""Jobs of the kernel."""

from edino.kernel import jobs, reconciling


@jobs.periodic("kernel.reconcile", cron="50 3 * * *")
def reconcile(timestamp: int) -> None:
    """Compare every ledger with its balances, at the quietest hour; the overview tells what was found."""
    reconciling.reconcile()
