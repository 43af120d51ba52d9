"""Trains the encoder of objectives, and writes its weights. Run it with `make encoder`.

It takes over an hour on two cores. Tasks, all with the same encoder:
- objectives, as a whole: whether each topic is asked about, avoided, or neither. Readings need this one alone.
- items of objectives by topic, and sentences by whether they avoid something.

The encoder starts with twelve layers. Half of them are then kept, and trained with weights of four bits. At last they
learn hard objectives. Three quarters of what changes then are kept: Wortsman et al., 2021,
https://arxiv.org/abs/2109.01903. The weights of layers get eight bits, because in fewer, much of what changes is lost.
The number of steps is the one that gave the committed weights.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from wordfreq import top_n_list, word_frequency

from interviews.paige.objective.encoder import BLOCK, scaled
from interviews.paige.objective.thresholds import MAX_PIECES
from interviews.paige.objective.topic_labels import WEIGHTS
from interviews.paige.objective.word_pieces import BEGINNING, END, PADDING, SPECIAL, WordPieces
from tests.interviews.paige.objective.training.base_encoder import WIDTH, BaseFile, Encoder, base_file
from tests.interviews.paige.objective.training.examples import (
    AVOIDED,
    LABELS,
    LANGUAGES,
    OPTIONAL,
    TOPICS,
    Example,
    Tasks,
    texts,
)

FREQUENT_WORDS, KEPT_PIECES = 30_000, 20_000
LONGEST_PIECE = 16

KEPT_LAYERS = (0, 2, 4, 6, 8, 11)
DROPOUT, WARM_UP, DECAY = 0.1, 60, 0.01
HEAD_RATE = 5
"""How many times faster the last step of each task learns than the encoder."""
KEPT = 0.75
HARD, CONTINUED = (2400, 1.5e-4), (1100, 1e-4)
"""The steps and the rate for hard objectives: HARD after all other training, CONTINUED from the committed weights."""
WORD_BITS, LAYER_BITS = 4, 8


class Reader(nn.Module):
    def __init__(self, file: BaseFile, pieces: Sequence[int]) -> None:
        super().__init__()
        self.encoder = Encoder(file, pieces)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, size) for size in (len(LABELS), 2, 3 * len(TOPICS)))
        self.queries = nn.Parameter(torch.zeros(len(TOPICS), WIDTH))

    def head_parameters(self) -> list[nn.Parameter]:
        return [*self.heads.parameters(), self.queries]

    def forward(self, task: int, texts: Sequence[Sequence[int]]) -> Tensor:
        length = max(map(len, texts))
        padded = torch.tensor([[*text, *[PADDING] * (length - len(text))] for text in texts])
        with torch.autocast("cpu", torch.bfloat16):
            rows = self.encoder(padded, DROPOUT)
        scores = rows.float() @ self.queries.T
        if task < 2:
            scores = torch.zeros_like(scores[..., :1])
        attention = scores.masked_fill((padded == PADDING)[..., None], -torch.inf).softmax(1)
        vectors = functional.dropout(attention.transpose(1, 2) @ rows.float(), DROPOUT, self.training)
        totals: Tensor
        if task < 2:
            totals = self.heads[task](vectors[:, 0])
        else:
            weight, bias = self.heads[task].weight, self.heads[task].bias
            totals = (vectors[..., None, :] * weight.view(len(TOPICS), 3, WIDTH)).sum(-1).flatten(1) + bias
        return totals

    def dense_weights(self) -> Iterator[tuple[str, Tensor]]:
        """Those that are rounded, with their names in the file of weights."""
        yield "word", self.encoder.word.weight
        for number, layer in enumerate(self.encoder.layers):
            yield from ((f"{number}.{name}", dense.weight) for name, dense in layer.dense.items())


def kept_pieces(file: BaseFile, texts: Sequence[str]) -> list[int]:
    """The pieces of the texts, and those of the most frequent words of the languages."""
    short = [piece if 0 < len(piece) <= LONGEST_PIECE else "\0" for piece in file.pieces[SPECIAL:]]
    pieces = WordPieces(short, file.scores[SPECIAL:])
    found = {index for text in texts for index in pieces.indexes(text)}
    found |= {index for character in map(chr, range(33, 384)) for index in pieces.indexes(character)}
    weights = Counter[int]()
    for language in LANGUAGES:
        for word in top_n_list(language, FREQUENT_WORDS):
            weights.update(dict.fromkeys(pieces.indexes(word), word_frequency(word, language)))
    for index, _ in weights.most_common():
        if len(found) >= KEPT_PIECES:
            break
        found.add(index)
    return [*range(SPECIAL), *sorted(found - set(range(SPECIAL)))]


def loss_of(task: int, totals: Tensor, wanted: Sequence[Any]) -> Tensor:
    if task < 2:
        return functional.cross_entropy(totals, torch.tensor(wanted))
    logarithms = functional.log_softmax(totals.view(len(totals), len(TOPICS), 3), dim=-1)
    label = torch.tensor(wanted)
    either = torch.logsumexp(logarithms[..., :AVOIDED], dim=-1)
    exact = logarithms.gather(-1, label.clamp(max=AVOIDED)[..., None])[..., 0]
    return -torch.where(label == OPTIONAL, either, exact).sum(dim=1).mean()


def rounded(weights: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """Returns integers, such as from -8 to 7, and a scale for each block. The largest weight of a block becomes -8."""
    blocks, limit = weights.view(len(weights), -1, BLOCK), 2 ** (bits - 1)
    largest = blocks.gather(-1, blocks.abs().argmax(-1, keepdim=True))
    scales = (largest / -limit).half().float()
    scales[scales == 0] = 1e-7
    return (blocks / scales).round().clamp(-limit, limit - 1), scales


def nearest(weights: Tensor) -> Tensor:
    numbers, scales = rounded(weights, WORD_BITS)
    return (numbers * scales).view_as(weights)


def with_four_bits(reader: Reader, act: Callable[[], float]) -> float:
    """Calls `act` with rounded weights, and restores the exact ones. An optimizer then changes the exact ones."""
    parameters = [parameter for _, parameter in reader.dense_weights()]
    exact = [parameter.data for parameter in parameters]
    for parameter in parameters:
        parameter.data = nearest(parameter.data)
    result = act()
    for parameter, data in zip(parameters, exact, strict=True):
        parameter.data = data
    return result


Batch = tuple[int, list[Example]]


def train(
    reader: Reader, batches: Iterable[Batch], steps: int, rate: float, *, decay: float = 1, four_bits: bool = False
) -> None:
    """`decay`: the share of the steps, at the end, in which the rate becomes smaller."""
    fast = {id(each) for each in reader.head_parameters()}
    parameters = [each for each in reader.parameters() if each.requires_grad]
    groups = [
        {"params": [each for each in parameters if id(each) not in fast], "lr": rate},
        {"params": [each for each in parameters if id(each) in fast], "lr": HEAD_RATE * rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)

    def part_of_rate(step: int) -> float:
        return min(1, step / min(WARM_UP, steps / 8)) * min(1, max(0.02, (1 - step / steps) / decay))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, part_of_rate)
    reader.train()
    losses: dict[int, list[float]] = {0: [], 1: [], 2: []}
    started = time.monotonic()
    for step, (task, examples) in enumerate(islice(batches, steps), 1):

        def learn(task: int = task, examples: Sequence[Example] = examples) -> float:
            loss = loss_of(task, reader(task, [each.pieces for each in examples]), [each.label for each in examples])
            loss.backward()
            return float(loss.item())

        optimizer.zero_grad()
        losses[task].append(with_four_bits(reader, learn) if four_bits else learn())
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            means = [f"{sum(each[-100:]) / max(1, len(each[-100:])):.3f}" for each in losses.values()]
            print(f"{step} of {steps}, {time.monotonic() - started:.0f} s, losses {means}", flush=True)


def write(reader: Reader, file: BaseFile, pieces: Sequence[int]) -> None:
    kept = pieces[SPECIAL:]
    encoder = reader.encoder
    data: dict[str, Any] = {
        "pieces": np.frombuffer("\n".join(file.pieces[index] for index in kept).encode(), np.uint8),
        "scores": np.array([file.scores[index] for index in kept], np.float16),
        "topics": np.frombuffer("\n".join(TOPICS).encode(), np.uint8),
        "layers": np.array(len(encoder.layers)),
        "place": _half(encoder.place.weight[: MAX_PIECES + 2]),
        **_of(encoder.norm, "norm"),
        **_of(reader.heads[2], "topic"),
        "topic.query": _half(reader.queries),
    }
    for name, weights in reader.dense_weights():
        numbers, scales = rounded(weights.data, WORD_BITS if name == "word" else LAYER_BITS)
        data[name] = numbers.view_as(weights).to(torch.int8).numpy()
        data[f"{name}.scale"] = _half(scales[..., 0])
    for number, layer in enumerate(encoder.layers):
        for name, dense in layer.dense.items():
            data[f"{number}.{name}.bias"] = _half(dense.bias)
        for place, norm in enumerate(layer.norms):
            data |= _of(norm, f"{number}.norm.{place}")
    np.savez_compressed(WEIGHTS, **data)


def _of(module: Any, name: str) -> dict[str, Any]:
    return {f"{name}.weight": _half(module.weight), f"{name}.bias": _half(module.bias)}


def _half(tensor: Tensor) -> Any:
    return tensor.detach().numpy().astype(np.float16)


def restored(file: BaseFile) -> tuple[Reader, list[int]]:
    """The reader of the committed weights, and the indexes of its pieces."""
    with np.load(WEIGHTS) as archive:
        data = dict(archive)
    indexes = {piece: index for index, piece in enumerate(file.pieces)}
    pieces = [*range(SPECIAL), *(indexes[piece] for piece in bytes(data["pieces"]).decode().split("\n"))]
    reader = Reader(file, pieces)
    reader.encoder.layers = nn.ModuleList(reader.encoder.layers[number] for number in KEPT_LAYERS)
    encoder = reader.encoder
    for name, weights in reader.dense_weights():
        weights.data = torch.from_numpy(scaled(data[name], data[f"{name}.scale"]))
    norms = {"norm": encoder.norm, "topic": reader.heads[2]}
    for number, layer in enumerate(encoder.layers):
        norms |= {f"{number}.norm.{place}": norm for place, norm in enumerate(layer.norms)}
        for name, dense in layer.dense.items():
            dense.bias.data = _exact(data[f"{number}.{name}.bias"])
    for name, module in norms.items():
        module.weight.data, module.bias.data = _exact(data[f"{name}.weight"]), _exact(data[f"{name}.bias"])
    encoder.place.weight.data[: len(data["place"])] = _exact(data["place"])
    reader.queries.data = _exact(data["topic.query"])
    return reader, pieces


def _exact(array: Any) -> Tensor:
    return torch.from_numpy(array.astype(np.float32))


def reading(file: BaseFile, pieces: Sequence[int]) -> Callable[[str], list[int]]:
    kept = pieces[SPECIAL:]
    words = WordPieces([file.pieces[index] for index in kept], [file.scores[index] for index in kept])
    return lambda text: [BEGINNING, *[*words.indexes(text)][:MAX_PIECES], END]


def repeated(epoch: Callable[[], list[Batch]]) -> Iterator[Batch]:
    while True:
        batches = epoch()
        random.shuffle(batches)
        yield from batches


def learn_all(reader: Reader, tasks: Tasks) -> None:
    batches, steps = repeated(tasks.batches), len(tasks.batches())
    train(reader, batches, 2 * steps, rate=1e-4)
    reader.encoder.layers = nn.ModuleList(reader.encoder.layers[number] for number in KEPT_LAYERS)
    train(reader, batches, 2 * steps, rate=1.5e-4)
    train(reader, batches, 3 * steps, rate=1e-4, four_bits=True)


def learn_hard(reader: Reader, tasks: Tasks, steps: int, rate: float) -> None:
    """The vectors of pieces stay as they are rounded: they change too little to matter."""
    reader.encoder.word.weight.data = nearest(reader.encoder.word.weight.data)
    before = {name: parameter.data.clone() for name, parameter in reader.named_parameters()}
    for each in (reader.encoder.word, reader.encoder.place):
        each.weight.requires_grad_(False)
    train(reader, repeated(tasks.batches_of_hard), steps, rate, decay=0.6)
    for name, parameter in reader.named_parameters():
        parameter.data = KEPT * parameter.data + (1 - KEPT) * before[name]


def main() -> None:
    """`--continue`: only hard objectives, from the committed weights."""
    random.seed(0)
    torch.manual_seed(0)
    file = base_file()
    if is_continued := sys.argv[1:] == ["--continue"]:
        reader, pieces = restored(file)
        tasks = Tasks(reading(file, pieces))
    else:
        pieces = kept_pieces(file, texts())
        reader, tasks = Reader(file, pieces), Tasks(reading(file, pieces))
        learn_all(reader, tasks)
    learn_hard(reader, tasks, *(CONTINUED if is_continued else HARD))
    write(reader, file, pieces)


if __name__ == "__main__":
    main()
