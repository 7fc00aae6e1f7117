"""Real servers for the tests: started on a free port of 127.0.0.1, ended with the run, whatever ends it."""
