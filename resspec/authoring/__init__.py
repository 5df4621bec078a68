"""What people use who write specs: where each value comes from, the shortest file, a first file, what two specs
differ in, the schema for editors, moving files to a newer version."""
