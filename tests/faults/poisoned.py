"""`python -m tests.faults.poisoned MODULE [ARGUMENT]` runs a part of the product, its renderer spoilt at players' wish.

Everything else is the product's own: what its processes are, how they are started, limited and ended.
"""

from __future__ import annotations

import runpy
import sys
from functools import partial


def main() -> None:
    """Run the module that is named as Python itself would, but for the renderer."""
    import report_service.app
    from report_service.rendering import open_render_pool

    report_service.app.open_render_pool = partial(open_render_pool, module="tests.faults.poisoned_documents")
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
