"""The language of specs: models, reading with positions, inheritance, overrides."""
