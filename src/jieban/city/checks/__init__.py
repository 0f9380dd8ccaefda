"""What must hold inside a pack beyond its form, one file for each kind of question."""
