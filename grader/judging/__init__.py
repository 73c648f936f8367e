"""From a `Submission` to a `Result`: only this room, the sandbox and `kata`'s comparisons judge."""
