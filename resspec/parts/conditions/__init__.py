"""What nets are told beside their image."""
