"""`atende route --scenario`: a day of the desk from a file, played through in simulated time."""
