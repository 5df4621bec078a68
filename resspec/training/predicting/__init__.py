"""What trained networks say of a person's own pictures: one file for each sort of answer."""
