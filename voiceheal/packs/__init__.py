"""Content packs: everything a person hears and everything that is understood, as typed data read from YAML."""
