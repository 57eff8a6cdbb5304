"""What the reader knows of torch without having it: its modules, functions and tensors."""
