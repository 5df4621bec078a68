"""What the values of a space have to do with one another: one file per kind, found by being here."""

from resspec.study.constraints.constraint import Constraint, Rule, Term, rules_of

__all__ = ["Constraint", "Rule", "Term", "rules_of"]
