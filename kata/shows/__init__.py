"""`kata show`: the learner's own functions at work, and the models and data that they need."""

# What is shown of a whole module, by its name.
MODULES = {
    "tensors": "a layer's gradients by your Tensor, beside PyTorch",
    "training": "your network learns to read digits",
    "nanogpt": "your GPT writes in the manner of Shakespeare",
    "ddpm": "your sampler draws a handwritten digit",
}
