"""What a user can do, as functions that return values: the commands, flows and notebooks call these."""
