"""
The second process: `python -m fraud_api.projector` keeps the tables up to date.
"""

from fraud_api.projection import FraudProjection
from inventory_stream.projection.process import main

if __name__ == "__main__":
    main(FraudProjection)
