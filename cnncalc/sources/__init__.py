"""Everything that a graph can be read from: the zoo, the spec language, spec files."""
