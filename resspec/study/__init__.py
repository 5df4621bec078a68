"""Searches: a space around a base, hard budgets, an Optuna study of the networks inside them."""

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())  # a library is silent unless its user listens
