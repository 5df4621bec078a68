"""NetSpec -> Plan: what a spec means, every default filled in, every part read, every block listed."""

from resspec.plan.reading import resolve
from resspec.plan.records import BlockPlan, ConditionPlan, FinalPlan, Piece, Plan, Put, StagePlan, StemPlan

__all__ = ["BlockPlan", "ConditionPlan", "FinalPlan", "Piece", "Plan", "Put", "StagePlan", "StemPlan", "resolve"]
