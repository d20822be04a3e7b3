"""People, tokens, sessions, and `may(person, action, thing)`."""
