"""The training scripts, and that the shipped files are what the README says of them."""

import re

import numpy as np
import pytest

from grader.course import ROOT, Course
from kata.shows.models import SIDE, features, load_language_model, load_noise_predictor
from training import ddpm as ddpm_training
from training import nanogpt as nanogpt_training
from training.layers import causal_attention, chain, erf, gelu, layer_norm, linear, silu

README = (ROOT / "training" / "README.md").read_text(encoding="utf-8")


def reference(name):
    course = Course()
    return course.reference(course.module("week4", name))


def claimed(pattern):
    """Return the number that the README gives."""
    return float(re.search(pattern, README)[1])


def assert_is_gradient(loss_of, gradients, parameters, rng):
    """Compare some entries of each gradient with central differences."""
    h = 1e-5
    for name, value in parameters.items():
        for _ in range(3):
            at = tuple(rng.integers(size) for size in value.shape)
            kept = value[at]
            value[at] = kept + h
            above = loss_of()
            value[at] = kept - h
            below = loss_of()
            value[at] = kept
            assert gradients[name][at] == pytest.approx((above - below) / (2 * h), abs=2e-6), name


class TestLayers:
    @pytest.mark.parametrize(
        ("layer", "shape"), [(gelu, (2, 3)), (silu, (2, 3)), (causal_attention(2), (2, 3, 12))]
    )
    def test_the_way_back_of_a_layer_without_parameters(self, layer, shape):
        rng = np.random.default_rng(0)
        x = rng.normal(size=shape)
        y, backward = layer(x)
        dy = rng.normal(size=y.shape)
        gradients = {"x": backward(dy)}
        assert_is_gradient(lambda: np.sum(dy * layer(x)[0]), gradients, {"x": x}, rng)

    def test_the_way_back_of_layers_with_parameters(self):
        rng = np.random.default_rng(0)
        parameters = {
            "x": rng.normal(size=(2, 3, 5)),
            "W": rng.normal(size=(4, 5)),
            "b": rng.normal(size=4),
            "gain": rng.normal(size=4),
            "bias": rng.normal(size=4),
        }
        gradients = {}
        layer = chain(
            linear(parameters, gradients, "W", "b"),
            layer_norm(parameters, gradients, "gain", "bias"),
        )
        y, backward = layer(parameters["x"])
        dy = rng.normal(size=y.shape)
        gradients["x"] = backward(dy)
        found = dict(gradients)
        assert_is_gradient(lambda: np.sum(dy * layer(parameters["x"])[0]), found, parameters, rng)

    def test_erf_is_as_near_as_its_source_says(self):
        from math import erf as exact

        x = np.linspace(-5, 5, 1001)
        assert np.abs(erf(x) - [exact(value) for value in x]).max() < 1.6e-7


class TestNanogpt:
    SMALL = nanogpt_training.Settings(
        context=6, width=8, n_head=2, n_blocks=2, batch_size=4, steps=30, warmup_steps=2
    )

    def test_gradients(self):
        rng = np.random.default_rng(0)
        parameters = nanogpt_training.new_parameters(5, self.SMALL)
        parameters = {
            name: value.astype(np.float64) + rng.normal(scale=0.3, size=value.shape)
            for name, value in parameters.items()
        }
        tokens = rng.integers(5, size=(3, 7))

        def loss_and_gradients():
            return nanogpt_training.loss_and_gradients(parameters, tokens, self.SMALL.n_head)

        gradients = loss_and_gradients()[1]()
        assert_is_gradient(lambda: loss_and_gradients()[0], gradients, parameters, rng)

    def test_the_network_is_the_one_of_week_4(self):
        nanogpt, model = reference("nanogpt"), load_language_model()
        tokens = model.passage[: model.context]
        logits = nanogpt.gpt_logits(tokens, model.params, model.n_head)
        flat = {name: value for name, value in model.params.items() if name != "blocks"}
        for i, block in enumerate(model.params["blocks"]):
            flat |= {f"blocks.{i}.{name}": value for name, value in block.items()}
        loss, _ = nanogpt_training.loss_and_gradients(flat, tokens[None], model.n_head)
        assert loss == pytest.approx(nanogpt.next_token_loss(logits, tokens), abs=1e-5)

    def test_training_lowers_the_loss(self, capsys):
        tokens = np.tile(np.arange(5), 40)
        nanogpt_training.train(self.SMALL, tokens, tokens)
        assert 0 < float(re.search(r"held out (\S+)", capsys.readouterr().out)[1]) < np.log(5)

    def test_held_out_sonnets_are_not_learned(self):
        sonnets = nanogpt_training.read_sonnets()
        learned, held_out = nanogpt_training.split(sonnets)
        assert len(sonnets) == 154
        assert all((each in learned) != (each in held_out) for each in sonnets)
        assert sonnets[nanogpt_training.PASSAGE - 1] in held_out

    def test_the_file_has_the_loss_of_the_readme(self):
        nanogpt, model = reference("nanogpt"), load_language_model()

        def loss_of(text):
            pieces = model.windows(model.encode(text))
            return np.mean(
                [
                    nanogpt.next_token_loss(
                        nanogpt.gpt_logits(piece, model.params, model.n_head), piece
                    )
                    for piece in pieces
                ]
            )

        sonnets = nanogpt_training.read_sonnets()
        loss = loss_of(nanogpt_training.split(sonnets)[1])
        assert loss == pytest.approx(model.held_out_loss, abs=1e-4)
        assert loss == pytest.approx(claimed(r"(\d\.\d+) nats a character"), abs=1e-3)
        assert loss / np.log(2) == pytest.approx(claimed(r"(\d\.\d+) bits a character"), abs=1e-3)
        passage = sonnets[nanogpt_training.PASSAGE - 1] + "\n"
        assert passage == model.decode(model.passage)
        assert loss_of(passage) == pytest.approx(model.passage_loss, abs=1e-4)


class TestDdpm:
    def test_gradients(self):
        rng = np.random.default_rng(0)
        settings = ddpm_training.Settings(hidden=6)
        parameters = ddpm_training.new_parameters(5, 4, settings)
        parameters = {name: value.astype(np.float64) for name, value in parameters.items()}
        inputs, noise = rng.normal(size=(3, 5)), rng.normal(size=(3, 4))

        def loss_and_gradients():
            return ddpm_training.loss_and_gradients(parameters, inputs, noise)

        gradients = loss_and_gradients()[1]()
        assert_is_gradient(lambda: loss_and_gradients()[0], gradients, parameters, rng)

    def test_the_network_is_the_one_of_the_show(self):
        model, rng = load_noise_predictor(), np.random.default_rng(0)
        x, t, digits = rng.normal(size=(3, SIDE**2)), np.array([0, 50, 99]), np.array([0, 4, 9])
        predicted = model.predict(x, t, digits)
        loss, _ = ddpm_training.loss_and_gradients(model.weights, features(x, t, digits), predicted)
        assert loss == pytest.approx(0, abs=1e-20)

    def test_training_lowers_the_loss(self, capsys):
        settings = ddpm_training.Settings(steps=200, warmup_steps=2, kept_average=0.9)
        _, loss = ddpm_training.train(settings, np.linspace(1e-3, 0.2, 100))
        assert 0 < loss < 0.8

    def test_the_file_has_the_loss_of_the_readme(self):
        model = load_noise_predictor()
        x0, labels = ddpm_training.read_digits()
        held_out = ddpm_training.is_held_out(x0)
        x0, labels = np.repeat(x0[held_out], 20, axis=0), np.repeat(labels[held_out], 20)
        rng = np.random.default_rng(1)
        t = rng.integers(len(model.betas), size=len(x0))
        loss = reference("ddpm").denoising_loss(
            lambda xt, t: model.predict(xt, t, labels),
            x0,
            t,
            model.alpha_bars,
            rng.normal(size=x0.shape),
        )
        # Other noise than in training: it agrees to a few hundredths of itself.
        assert loss == pytest.approx(model.held_out_loss, rel=0.05)
        assert model.held_out_loss == pytest.approx(claimed(r"(0\.\d+) per pixel"), abs=1e-3)

    def test_it_draws_the_digits_that_it_is_asked_for(self):
        ddpm, model = reference("ddpm"), load_noise_predictor()
        rng = np.random.default_rng(0)
        digits = np.repeat(np.arange(10), 20)
        drawn = ddpm.sample(
            lambda x, t: model.predict(x, np.full(len(x), t), digits),
            rng.normal(size=(len(digits), SIDE**2)),
            model.betas,
            rng.normal(size=(len(model.betas), len(digits), SIDE**2)),
        )
        x0, labels = ddpm_training.read_digits()
        squares = np.sum((drawn[:, None] - x0) ** 2, axis=-1)  # (200, 1797)
        nearest = labels[np.argmin(squares, axis=1)]
        assert np.mean(nearest == digits) >= 0.93
