"""What a learner gets back: a page for each week, as HTML and as Markdown."""
