"""What is run by hand or by make: checks, builds, pictures."""
