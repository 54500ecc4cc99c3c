"""Label quality review: which labels look wrong, what reviewers say of them, and how good the labels are then."""
