"""
`python -m inventory_stream` is `seatstream`.
"""

from inventory_stream.cli import main

if __name__ == "__main__":
    main()
