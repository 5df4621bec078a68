"""What detectors of two steps tell of each region."""
