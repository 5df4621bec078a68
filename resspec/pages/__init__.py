"""What is handed to others: tables in several forms, the table of the zoo, a report as one HTML page."""
