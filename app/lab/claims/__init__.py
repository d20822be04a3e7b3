"""Values in a sentence, and sentences whose truth the values decide."""
