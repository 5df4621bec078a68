"""The training loop: the weights a hand-written loop would have given, from a seed, and errors that say what went
wrong."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from resspec.errors import DataError
from resspec.training import DataSource, DivergedError, Engine, Epoch, Images, Recipe, evaluate, train
from resspec.training.augmentation import shifted
from resspec.training.data.source import resident
from resspec.training.feed import feed_of
from resspec.training.optimizers import decay_groups
from training.nets import Small

DIGITS = DataSource.read("digits")


@pytest.fixture(scope="module")
def images() -> Images:
    return resident(DIGITS, "train")


@pytest.fixture(scope="module")
def held_out() -> Images:
    return resident(DIGITS, "validation")


def few(images: Images, count: int) -> Images:
    return Images(images.x[:count], images.y[:count], images.classes, images.white)


@pytest.mark.parametrize("optimizer", ["sgd-nesterov", "adamw"])
def test_a_small_network_learns_the_digits_in_a_few_seconds(images: Images, held_out: Images, optimizer: str):
    model = Small()
    lr = 0.1 if optimizer == "sgd-nesterov" else 0.01
    recipe = Recipe.model_validate({"epochs": 8, "batch": 32, "lr": lr, "optimizer": optimizer})
    epochs = train(model, images, recipe, validation=held_out)
    assert [epoch.number for epoch in epochs] == list(range(1, 9))
    assert epochs[-1].loss < epochs[0].loss / 3
    assert epochs[-1].validation == evaluate(model, held_out)
    assert evaluate(model, held_out).accuracy > 0.9


def test_the_weights_are_those_of_a_loop_written_by_hand(images: Images):
    """Same order, same rates, same update, without the loop's fused kernel and channels-last memory."""
    some, recipe = few(images, 100), Recipe(epochs=3, batch=32, lr=0.05, warmup=1.0, label_smoothing=0.1)
    ours, theirs = Small(), Small()
    ours.drop.p = theirs.drop.p = 0.0
    train(ours, some, recipe, seed=3)

    x = (torch.from_numpy(some.x) / 16 - 0.3) / 0.4
    y = torch.from_numpy(some.y)
    decayed = [p for p in theirs.parameters() if p.ndim > 1]
    free = [p for p in theirs.parameters() if p.ndim == 1]
    groups = [{"params": decayed, "weight_decay": 5e-4}, {"params": free, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=1.0, momentum=0.9, nesterov=True, foreach=False)
    generator, step = torch.Generator().manual_seed(3), 0
    for _ in range(3):
        for chosen in torch.randperm(100, generator=generator).tensor_split(4):
            for group in optimizer.param_groups:
                group["lr"] = recipe.lr_at(step, 4)
            loss = functional.cross_entropy(theirs(x[chosen]), y[chosen], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
    for name, tensor in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], tensor, rtol=1e-4, atol=1e-5, msg=name)


def test_the_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_others(images: Images):
    def weights(seed: int) -> list[torch.Tensor]:
        model = Small()
        train(model, few(images, 200), Recipe(epochs=2, shift=1, flip=True), seed=seed)
        return list(model.state_dict().values())

    one, two, other = weights(1), weights(1), weights(2)
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_training_leaves_the_random_state_of_its_caller_alone(images: Images):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    train(Small(), few(images, 64), Recipe(epochs=1))
    assert torch.equal(torch.rand(3), expected)


def test_a_callback_sees_every_epoch_and_may_end_the_training(images: Images, held_out: Images):
    class EnoughError(Exception):
        pass

    seen: list[Epoch] = []

    def watch(epoch: Epoch) -> None:
        seen.append(epoch)
        if epoch.number == 2:
            raise EnoughError

    with pytest.raises(EnoughError):
        train(Small(), few(images, 100), Recipe(epochs=5), validation=held_out, on_epoch=watch)
    assert [(epoch.number, epoch.of) for epoch in seen] == [(1, 5), (2, 5)]
    assert all(epoch.validation is not None and epoch.validation.count == 449 for epoch in seen)


def test_a_loss_that_is_not_a_number_is_reported_as_such(images: Images):
    with pytest.raises(DivergedError, match=r"RS660.*the loss is (nan|inf) in epoch \d"):
        train(Small(), few(images, 100), Recipe(epochs=5, lr=1e9, warmup=0.0))


@pytest.mark.parametrize(("count", "batch"), [(33, 32), (65, 32), (5, 2)])
def test_one_image_more_than_a_batch_holds_does_not_starve_batch_norm(images: Images, count: int, batch: int):
    starved = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(1), nn.Linear(1, 10))
    train(starved, few(images, count), Recipe(epochs=1, batch=batch))


def test_norms_and_biases_are_not_decayed():
    groups = decay_groups(Small(), 0.1)
    assert [len(group["params"]) for group in groups] == [3, 4]
    assert [group["weight_decay"] for group in groups] == [0.1, 0.0]


def test_judging_counts_each_image_once_whatever_the_batch_and_puts_training_flags_back(held_out: Images):
    model = Small()
    model.norm.eval()
    whole, parts = evaluate(model, held_out), evaluate(model, held_out, batch=7)
    assert (whole.correct, whole.count) == (parts.correct, parts.count) == (whole.correct, 449)
    assert whole.loss == pytest.approx(parts.loss, rel=1e-5)
    assert model.training
    assert model.conv1.training
    assert not model.norm.training


def test_judging_reads_the_networks_own_mean_and_deviation(held_out: Images):
    class Sum(nn.Module):
        mean, std = (0.5,), (0.25,)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.seen = x
            return torch.zeros(len(x), 10)

    model = Sum()
    found = evaluate(model, held_out)
    expected = (torch.from_numpy(held_out.x) / 16 - 0.5) / 0.25
    torch.testing.assert_close(model.seen, expected)
    assert found.loss == pytest.approx(math.log(10))


def test_images_that_a_network_cannot_read_are_refused(images: Images):
    model = Small()
    model.num_classes = 9
    with pytest.raises(DataError, match="tells 9 classes apart, the data set has 10"):
        evaluate(model, images)
    model.input_size = (3, 8, 8)
    with pytest.raises(DataError, match="reads 3 channels, the images have 1"):
        train(model, images, Recipe(epochs=1))


def test_images_of_one_channel_reach_a_network_on_the_cpu_in_the_plain_layout(images: Images):
    """torch takes them for channels-last by their strides otherwise, in which oneDNN overruns memory."""
    feed = feed_of(images, Small(), torch.device("cpu"))
    for x, _ in feed.batches([torch.arange(5)], 0):
        assert feed.normalised(shifted(x, 1, torch.ones(2, 5, 1, dtype=torch.long))).stride() == (64, 64, 8, 1)


def test_a_mean_of_weights_clipped_gradients_and_mixed_images_still_learn(images: Images, held_out: Images):
    recipe = Recipe(epochs=6, batch=32, ema=0.98, clip=2.0, mixup=0.2, cutmix=1.0, cutout=2, loss="binary", lr=0.5)
    found = train(Small(), images, recipe, validation=held_out)
    assert found[-1].validation is not None
    assert found[-1].validation.accuracy > 0.4


def test_the_parts_of_an_accumulated_batch_give_its_gradient(images: Images):
    def weights(parts: int) -> dict[str, torch.Tensor]:
        model = Small()
        model.norm, model.drop.p = nn.GroupNorm(4, 16), 0.0  # type: ignore[assignment]  # each part has its own batch norm
        train(model, few(images, 100), Recipe(epochs=1, batch=50), engine=Engine(accumulate=parts))
        return model.state_dict()

    for one, three in zip(weights(1).values(), weights(3).values(), strict=True):
        torch.testing.assert_close(one, three, rtol=1e-4, atol=1e-6)


def test_the_first_tensor_that_is_no_number_is_named(images: Images):
    model = Small()
    model.conv2.weight.data[0] = math.inf
    with pytest.raises(DivergedError, match=r"in epoch 1, step 1: conv2\.weight holds numbers that are not finite"):
        train(model, few(images, 64), Recipe(epochs=1))


def test_a_confusion_tells_answers_by_class(held_out: Images):
    found = evaluate(Small(), held_out, confusion=True)
    assert found.confusion is not None
    assert sum(map(sum, found.confusion)) == 449
    assert sum(row[i] for i, row in enumerate(found.confusion)) == found.correct <= found.top5
