"""
`python -m benchmarks [NAME …]`: run all benchmarks, or those named, one after the other.
"""

import importlib
import pkgutil
import sys

import benchmarks

SUPPORT = {
    "__main__",
    "result",
    "servers",
    "onsale",
    "load",
    "http_load",
    "bare",
    "hall",
    "doors",
    "season",
    "multitude",
    "crowd",
}


def names() -> list[str]:
    """
    Return the names of all benchmarks.
    """
    return sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name not in SUPPORT)


def main() -> None:
    """
    Run what the command line names; exit 2 for a name that does not exist.
    """
    wanted = sys.argv[1:] or names()
    unknown = [name for name in wanted if name not in names()]
    if unknown:
        sys.exit(f"no benchmark is called {unknown[0]}; there are: {', '.join(names())}")
    for name in wanted:
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
