"""Trains interviews/paige/objective/second_reader.py, and writes its weights. Run it with `make second-reader`.

It takes half an hour on two cores. Tasks, all with the same encoder:
- objectives, as a whole: whether each topic is asked about, avoided, or neither. The second reader does this alone.
- items of objectives by topic, and sentences by whether they avoid something: the examples of the classifiers.

The encoder starts with twelve layers. Half of them are then kept, and trained with weights of four bits.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from wordfreq import top_n_list, word_frequency

from interviews.paige.objective.second_reader import MAX_PIECES, WEIGHTS
from interviews.paige.objective.text_encoder import BLOCK
from interviews.paige.objective.word_pieces import BEGINNING, END, PADDING, SPECIAL, WordPieces
from tests.interviews.paige.objective.training.base_encoder import WIDTH, BaseFile, Encoder, base_file
from tests.labelled_rows import labelled_rows

HERE = Path(__file__).parents[1]
EXAMPLES = HERE / "steering_examples"

TOPICS = ("criteria", "decision", "experience", "options", "pricing", "process", "trigger", "vendor")
LABELS = (*TOPICS, "none")
NEITHER, ASKED, AVOIDED, OPTIONAL = range(4)
"""Labels of a topic in an objective. OPTIONAL: it may be asked about or not."""

LANGUAGES = ("en", "de", "fr", "es")
FREQUENT_WORDS, KEPT_PIECES = 30_000, 20_000
LONGEST_PIECE = 16

KEPT_LAYERS = (0, 2, 4, 6, 8, 11)
BATCH, DROPOUT, WARM_UP, DECAY = 48, 0.1, 60, 0.01
HEAD_RATE = 5
"""How many times faster the last step of each task learns than the encoder."""


class Example(NamedTuple):
    pieces: list[int]
    label: int | list[int]


class Tasks(NamedTuple):
    items: list[Example]
    avoidances: list[Example]
    objectives: list[Example]

    def batches(self) -> list[tuple[int, list[Example]]]:
        """Returns one epoch. It has each objective twice. A batch has texts of one task and of similar lengths."""
        parts = [(0, self.items, 3), (1, self.avoidances, 2), (2, self.objectives, 1), (2, self.objectives, 1)]
        found = []
        for task, examples, part in parts:
            chosen = random.sample(examples, len(examples) // part)
            chosen.sort(key=lambda each: len(each.pieces) + 6 * random.random())
            found += [(task, chosen[start : start + BATCH]) for start in range(0, len(chosen), BATCH)]
        random.shuffle(found)
        return found


class Reader(nn.Module):
    def __init__(self, file: BaseFile, pieces: Sequence[int]) -> None:
        super().__init__()
        self.encoder = Encoder(file, pieces)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, size) for size in (len(LABELS), 2, 3 * len(TOPICS)))

    def forward(self, task: int, texts: Sequence[Sequence[int]]) -> Tensor:
        length = max(map(len, texts))
        padded = torch.tensor([[*text, *[PADDING] * (length - len(text))] for text in texts])
        with torch.autocast("cpu", torch.bfloat16):
            vectors = self.encoder(padded, DROPOUT)
        totals: Tensor = self.heads[task](functional.dropout(vectors.float(), DROPOUT, self.training))
        return totals

    def dense_weights(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Those that get four bits, with their names in the file of weights."""
        yield "word", self.encoder.word.weight
        for number, layer in enumerate(self.encoder.layers):
            for name, dense in layer.dense.items():
                yield f"{number}.{name}", dense.weight


def labels(emphasize: str, avoid: str) -> list[int]:
    found = dict.fromkeys(TOPICS, NEITHER)
    for topic in filter(None, emphasize.split(",")):
        found[topic.rstrip("?")] = OPTIONAL if topic.endswith("?") else ASKED
    found |= dict.fromkeys(filter(None, avoid.split(",")), AVOIDED)
    return [*found.values()]


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


def rounded(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Returns integers from -8 to 7, and a scale for each block. In a block, the weight of the largest size is -8."""
    blocks = weights.view(len(weights), -1, BLOCK)
    largest = blocks.gather(-1, blocks.abs().argmax(-1, keepdim=True))
    scales = (largest / -8).half().float()
    scales[scales == 0] = 1e-7
    return (blocks / scales).round().clamp(-8, 7), scales


def with_four_bits(reader: Reader, act: Callable[[], float]) -> float:
    """Calls `act` with rounded weights, and restores the exact ones. An optimizer then changes the exact ones."""
    parameters = [parameter for _, parameter in reader.dense_weights()]
    exact = [parameter.data for parameter in parameters]
    for parameter in parameters:
        numbers, scales = rounded(parameter.data)
        parameter.data = (numbers * scales).view_as(parameter)
    result = act()
    for parameter, data in zip(parameters, exact, strict=True):
        parameter.data = data
    return result


def train(reader: Reader, tasks: Tasks, epochs: int, rate: float, *, four_bits: bool) -> None:
    groups = [
        {"params": [*reader.encoder.parameters()], "lr": rate},
        {"params": [*reader.heads.parameters()], "lr": HEAD_RATE * rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    batches = [batch for _ in range(epochs) for batch in tasks.batches()]

    def part_of_rate(step: int) -> float:
        return min(1, step / WARM_UP) * max(0.02, 1 - step / len(batches))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, part_of_rate)
    reader.train()
    losses: dict[int, list[float]] = {0: [], 1: [], 2: []}
    started = time.monotonic()
    for step, (task, examples) in enumerate(batches, 1):

        def learn(task: int = task, examples: Sequence[Example] = examples) -> float:
            loss = loss_of(task, reader(task, [each.pieces for each in examples]), [each.label for each in examples])
            loss.backward()
            return float(loss.item())

        optimizer.zero_grad()
        losses[task].append(with_four_bits(reader, learn) if four_bits else learn())
        torch.nn.utils.clip_grad_norm_(reader.encoder.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            means = [f"{sum(each[-100:]) / max(1, len(each[-100:])):.3f}" for each in losses.values()]
            print(f"{step} of {len(batches)}, {time.monotonic() - started:.0f} s, losses {means}", flush=True)


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
    }
    for name, weights in reader.dense_weights():
        numbers, scales = rounded(weights.data)
        halves = (numbers + 8).byte().view(len(weights), -1, 2)
        data[name] = (halves[..., 0] | halves[..., 1] << 4).numpy()
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


def main() -> None:
    random.seed(0)
    torch.manual_seed(0)
    items, avoidances = (labelled_rows(EXAMPLES / f"{name}.tsv") for name in ("topics", "avoidances"))
    objectives = [row for folder in (HERE, EXAMPLES) for row in labelled_rows(folder / "objectives.tsv")]
    file = base_file()
    pieces = kept_pieces(file, [row[-1] for row in (*items, *avoidances, *objectives)])
    kept = pieces[SPECIAL:]
    words = WordPieces([file.pieces[index] for index in kept], [file.scores[index] for index in kept])

    def read(text: str) -> list[int]:
        return [BEGINNING, *[*words.indexes(text)][:MAX_PIECES], END]

    tasks = Tasks(
        [Example(read(text), LABELS.index(label)) for label, text in items],
        [Example(read(text), int(label == "avoid")) for label, text in avoidances],
        [Example(read(text), labels(asked, avoided)) for _, asked, avoided, text in objectives],
    )
    print(f"{len(pieces)} pieces, {', '.join(f'{len(each)} examples' for each in tasks)}", flush=True)
    reader = Reader(file, pieces)
    train(reader, tasks, epochs=2, rate=1e-4, four_bits=False)
    reader.encoder.layers = nn.ModuleList(reader.encoder.layers[number] for number in KEPT_LAYERS)
    train(reader, tasks, epochs=2, rate=1.5e-4, four_bits=False)
    train(reader, tasks, epochs=3, rate=1e-4, four_bits=True)
    write(reader, file, pieces)


if __name__ == "__main__":
    main()
