"""What was handed in, as plain data: folders and archives become `Submission`s."""
