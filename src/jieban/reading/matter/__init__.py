"""What a request is about: the tree of categories and the model learned from samples."""
