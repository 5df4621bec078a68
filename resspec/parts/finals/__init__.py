"""What lies between the last stage and the head."""
