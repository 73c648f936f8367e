"""Compare week 2's training run with the same run in PyTorch."""

import numpy as np
import pytest

from kata.comparisons import assert_close


def _with_torch(torch, params, X, y, orders, batch_size, lr_max, warmup_steps, max_norm):
    """Return the trained parameters and the losses, by PyTorch's own parts."""
    leaves = {name: torch.tensor(p, requires_grad=True) for name, p in params.items()}
    batches = [batch for order in orders for batch in torch.tensor(order).split(batch_size)]
    optimizer = torch.optim.Adam(leaves.values(), lr=lr_max, foreach=False)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, len(batches) - warmup_steps)
    schedulers, milestones = [cosine], []
    if warmup_steps:
        warm_up = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: (t + 1) / warmup_steps)
        schedulers, milestones = [warm_up, cosine], [warmup_steps]
    schedule = torch.optim.lr_scheduler.SequentialLR(optimizer, schedulers, milestones)
    losses, X, y = [], torch.tensor(X), torch.tensor(y)
    for batch in batches:
        hidden = torch.relu(X[batch] @ leaves["W1"].T + leaves["b1"])
        logits = hidden @ leaves["W2"].T + leaves["b2"]
        loss = torch.nn.functional.cross_entropy(logits, y[batch])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(leaves.values(), max_norm)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return {name: leaf.detach().numpy() for name, leaf in leaves.items()}, losses


@pytest.mark.parametrize("warmup_steps", [0, 3])
@pytest.mark.parametrize("max_norm", [0.3, 1e3])
def test_train_mlp_agrees_with_torch(solutions, torch, rng, warmup_steps, max_norm):
    """Losses and parameters are PyTorch's, but for the 1e-6 that PyTorch adds to the norm."""
    X, y = rng.normal(size=(7, 3)), rng.integers(3, size=7)
    params = solutions.random_params(3, 5, 3)
    orders = [rng.permutation(7) for _ in range(3)]
    settings = (orders, 3, 0.1, warmup_steps, max_norm)
    trained, losses = solutions.train_mlp(params, X, y, *settings)
    their_params, their_losses = _with_torch(torch, params, X, y, *settings)
    assert_close(losses, their_losses, rtol=1e-4)
    for name, value in their_params.items():
        assert_close(trained[name], value, rtol=1e-4, atol=1e-5, what=name)


def test_accuracy_agrees_with_scikit_learn(solutions, rng):
    """It is scikit-learn's accuracy of the class with the largest logit."""
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is the oracle")
    params = solutions.random_params(4, 6, 3)
    X, y = rng.normal(size=(50, 4)), rng.integers(3, size=50)
    answers = np.argmax(solutions.mlp_logits(params, X), axis=1)
    assert_close(solutions.accuracy(params, X, y), metrics.accuracy_score(y, answers))


def test_given_parts_are_those_of_the_week(solutions, rng):
    """What `training` gives computes what the exercises of the week compute."""
    from grader.course import Course

    course = Course()
    chain_rule, optimizers = (
        course.reference(course.module("week2", name)) for name in ("chain_rule", "optimizers")
    )
    params = solutions.random_params(3, 5, 4)
    X, y = rng.normal(size=(6, 3)), rng.integers(4, size=6)
    loss, gradients = solutions.loss_and_gradients(params, X, y)
    true_loss, true_gradients = chain_rule.mlp_loss_and_gradients(params, X, y)
    assert_close(loss, true_loss)
    for name, gradient in gradients.items():
        assert_close(gradient, true_gradients[name], what=name)
    mine, theirs = params["W1"].copy(), params["W1"].copy()
    ours, right = solutions.GivenAdam([mine], 0.1), optimizers.Adam([theirs], 0.1)
    for t in range(12):
        g = rng.normal(size=mine.shape)
        ours.step([g])
        right.step([g])
        assert_close(mine, theirs)
        for max_norm in (0.1, 100.0):
            (clipped,) = solutions.clip_together([g], max_norm)
            assert_close(clipped, optimizers.clip_by_global_norm([g], max_norm)[0])
        rate = solutions.rate_at(t, 10, 0.7, 0.1, 3)
        assert_close(rate, optimizers.cosine_schedule(t, 10, 0.7, 0.1, 3))
    order = rng.permutation(7)
    for piece, right in zip(
        solutions.batches_of(order, 3), optimizers.minibatches(order, 3), strict=True
    ):
        assert_close(piece, right)
