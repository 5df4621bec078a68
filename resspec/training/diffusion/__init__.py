"""Denoisers: networks that learn what noise was added to an image, and make images out of noise."""
