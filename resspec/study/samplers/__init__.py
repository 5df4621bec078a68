"""Who proposes networks: one file per kind, found by being here."""

from resspec.study.samplers.sampler import Proposal, Sampler

__all__ = ["Proposal", "Sampler"]
