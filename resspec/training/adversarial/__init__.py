"""Generators of images, trained against a critic."""
