"""Trains the reader from multilingual-e5-small, and writes its weights. Run it with `make reader`.

Tasks, all with the same encoder: topics and subjects of objectives; for answers, where clauses end and what each says;
and sentences that state something or not. Three layers, the vectors of pieces and those of places do not learn.

The mean of the weights of several trainings reads better than each of them: Wortsman et al., 2022,
https://arxiv.org/abs/2203.05482. `--start` begins with such a mean, and with `--minutes 0` it is what is written.
"""

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from interviews.paige.reading.model import (
    BEGINNING,
    END,
    MAX_PIECES,
    MAX_PIECES_OF_A_QUESTION,
    SPECIAL,
    WEIGHTS,
    Word,
    WordPieces,
    clauses_of,
)
from tools.reader.base_encoder import BaseFile, base_file
from tools.reader.examples import AVOIDED, OPTIONAL, AnswerExample, Examples, ObjectiveExample
from tools.reader.labels import ACTS, KINDS, SPEAKS, Answer, Clause, guides
from tools.reader.network import Network, Span, masks, mean, pooled
from tools.reader.weights import FROZEN_LAYERS, write

KEPT_PIECES, LONGEST_PIECE = 16_500, 16
ENCODER_RATE, HEAD_RATE, NEARNESS_RATE, DECAY = 5e-5, 2.5e-4, 1e-3, 0.01
USES_OF_VECTORS = 120
WARM_UP = 0.04
"""The share of the time until the rate is the highest."""
ABOUT = ("", "vendor", "rival", "nothing", "self")
REFUSALS = [ACTS.index("refuses"), ACTS.index("said_before")]


class Tasks:
    def __init__(self, network: Network, examples: Examples) -> None:
        self.network, self.examples = network, examples
        self.known: dict[str, Tensor] = {}
        self.uses = 0
        self.shares: dict[Callable[[], Tensor], float] = {
            self.objectives_of_others: 0.17,
            self.objectives_of_buyer: 0.24,
            self.answers: 0.45,
            self.sentences: 0.02,
            self.acts: 0.12,
        }

    def objectives_of_others(self) -> Tensor:
        return self._objectives(*self.examples.of_other_guides())

    def objectives_of_buyer(self) -> Tensor:
        return self._objectives(*self.examples.of_buyer())

    def _objectives(self, topics: Sequence[str], examples: Sequence[ObjectiveExample]) -> Tensor:
        network = self.network
        words = [_bounded(network.words(each.text, {}), MAX_PIECES) for each in examples]
        rows, mask = network.rows([[BEGINNING, *_pieces(each), END] for each in words])
        vectors, labels = _padded(
            self._vectors(topics), [each.topics for each in examples], [e.labels for e in examples]
        )
        spans = [
            (number, starts[first], starts[last + 1])
            for number, own in enumerate(words)
            for starts in [[*_starts(own, 1), 1 + len(_pieces(own))]]
            for first, last in clauses_of(own)
        ]
        texts, within = torch.tensor([text for text, *_ in spans]), masks(spans, rows.shape[1])
        own_rows, of_guide = rows[texts], (labels >= 0)[texts]
        vectors_around = mean(own_rows, within), mean(rows, mask)[texts]
        of_clauses = network.objective(own_rows, within, vectors[texts], of_guide, *vectors_around)
        scores = pooled(of_clauses, texts, len(words)).log_softmax(-1)
        either = torch.logsumexp(scores[..., :AVOIDED], -1)
        exact = scores.gather(-1, labels.clamp(0, AVOIDED)[..., None])[..., 0]
        loss = -torch.where(labels == OPTIONAL, either, exact)[labels >= 0].mean()
        named = [
            (number, place, _is_within(word, each))
            for number, (each, own) in enumerate(zip(examples, words, strict=True))
            if each.subjects is not None
            for word, place in zip(own, _starts(own, 1), strict=True)
        ]
        if named:
            texts, at, tags = (torch.tensor(column) for column in zip(*named, strict=True))
            loss = loss + 0.5 * functional.cross_entropy(network.subject(rows[texts, at]), tags.long())
        return loss

    def answers(self) -> Tensor:
        network, examples = self.network, self.examples.answers()
        rows, mask, found, joints = self._encoded(examples)
        clauses, spans = [clause for clause, _ in found], [span for _, span in found]
        owners = [examples[text].guide for text, *_ in spans]
        texts, within = torch.tensor([text for text, *_ in spans]), masks(spans, rows.shape[1])
        own_rows = rows[texts]
        speaks, kind, about, act, decisive = network.clause_scores(own_rows, mean(rows, mask)[texts], within)

        def labels(of: Callable[[Clause], int]) -> Tensor:
            return torch.tensor([of(clause) for clause in clauses])

        loss = 2 * functional.cross_entropy(speaks, labels(lambda clause: SPEAKS.index(clause.speaks)))
        loss = loss + 0.7 * functional.cross_entropy(kind, labels(lambda clause: KINDS.index(clause.kind)))
        loss = loss + 0.5 * functional.cross_entropy(about, labels(_about))
        loss = loss + functional.cross_entropy(act, labels(lambda clause: ACTS.index(clause.act)))
        loss = loss + _binary(decisive[:, 0], labels(lambda clause: clause.is_decisive))
        if joints:
            places, ends = [joint[:2] for joint in joints], torch.tensor([joint[2] for joint in joints])
            ahead, after = (torch.stack([rows[text, place + i] for text, place in places]) for i in (0, 1))
            loss = loss + _binary(network.end(torch.cat([ahead, after], -1))[:, 0], ends)
        return loss + 3 * self._told(own_rows, within, clauses, owners)

    def _told(self, rows: Tensor, within: Tensor, clauses: Sequence[Clause], owners: Sequence[str]) -> Tensor:
        topics: list[str] = []
        places: dict[str, range] = {}
        for guide in dict.fromkeys(owners):
            keys = [topic.key for topic in guides()[guide].topics]
            places[guide] = range(len(topics), len(topics) + len(keys))
            topics += [self.examples.topic_text(guide, key) for key in keys]
        told = [
            [int(topic.key in clause.topics) for topic in guides()[guide].topics]
            for clause, guide in zip(clauses, owners, strict=True)
        ]
        vectors, labels = _padded(self._vectors(topics), [places[guide] for guide in owners], told)
        scores = self.network.told(rows, within, vectors, labels >= 0, mean(rows, within))[..., 0]
        return _binary(scores[labels >= 0], labels[labels >= 0])

    def sentences(self) -> Tensor:
        """A kind of clause and an act are not labelled: only that there is one."""
        kinds, examples = self.examples.sentences_alone()
        rows, mask, found, _ = self._encoded(examples)
        spans = [span for _, span in found]
        texts, within = torch.tensor([text for text, *_ in spans]), masks(spans, rows.shape[1])
        scores = self.network.clause_scores(rows[texts], mean(rows, mask)[texts], within)
        kind, act = scores[1].log_softmax(-1), scores[3].log_softmax(-1)
        losses = {
            "statement": -torch.logsumexp(kind[:, 1:], -1) - act[:, 0],
            "nothing": -torch.logsumexp(act[:, REFUSALS], -1),
            "aside": -kind[:, 0] - 0.5 * torch.logsumexp(act[:, 1:], -1),
        }
        return torch.stack([losses[kinds[text]][i] for i, (text, *_) in enumerate(spans)]).sum() / len(kinds)

    def acts(self) -> Tensor:
        rows, mask, found, _ = self._encoded(self.examples.acts())
        spans = [span for _, span in found]
        texts, within = torch.tensor([text for text, *_ in spans]), masks(spans, rows.shape[1])
        scores = self.network.clause_scores(rows[texts], mean(rows, mask)[texts], within)
        return 2 * functional.cross_entropy(scores[3], torch.tensor([ACTS.index(clause.act) for clause, _ in found]))

    def _vectors(self, topics: Sequence[str]) -> Tensor:
        """Without gradients, which would take half of the time. Remembered for some steps, as in an interview."""
        if self.uses >= USES_OF_VECTORS:
            self.known.clear()
            self.uses = 0
        self.uses += 1
        new = [text for text in dict.fromkeys(topics) if text not in self.known]
        if new:
            self.network.eval()
            with torch.no_grad():
                self.known |= zip(new, self.network.vectors(new), strict=True)
            self.network.train()
        return torch.stack([self.known[text] for text in topics])

    def _encoded(
        self, examples: Sequence[AnswerExample]
    ) -> tuple[Tensor, Tensor, list[tuple[Clause, Span]], list[tuple[int, int, bool]]]:
        """The rows; the clauses that were not cut off, with their spans; and for the last piece of each of their words,
        whether a clause ends there.
        """
        encoded: list[list[int]] = []
        found: list[tuple[Clause, Span]] = []
        joints: list[tuple[int, int, bool]] = []
        for number, each in enumerate(examples):
            asked = _pieces(self.network.words(each.question, each.names))[-MAX_PIECES_OF_A_QUESTION:]
            before = [BEGINNING, *asked, END]
            every = self.network.words(each.answer.text, each.names)
            words = _bounded(every, MAX_PIECES - len(asked))
            end = len(each.answer.text) if len(words) == len(every) else words[-1].end
            encoded.append([*before, *_pieces(words), END])
            starts = [*_starts(words, len(before)), len(encoded[-1]) - 1]
            found += (own := [*_spans(number, each.answer, words, starts, end)])
            cuts = {last for _, (*_, last) in own}
            final = max(cuts, default=0)
            joints += [(number, start - 1, start in cuts) for start in starts[1:] if start < final]
        return *self.network.rows(encoded), found, joints


def _spans(
    number: int, answer: Answer, words: Sequence[Word], starts: Sequence[int], end: int
) -> Iterator[tuple[Clause, Span]]:
    for start, clause in zip(answer.starts, answer.clauses, strict=True):
        own = [i for i, word in enumerate(words) if start <= word.start < start + len(clause.text)]
        if own and start + len(clause.text) <= end:
            yield clause, (number, starts[own[0]], starts[own[-1] + 1])


def _bounded(words: Sequence[Word], size: int) -> list[Word]:
    """The first ones, with at most `size` pieces."""
    ends = _starts(words, 0)
    return [word for word, start in zip(words, ends, strict=True) if start + len(word.pieces) <= size]


def _starts(words: Sequence[Word], first: int) -> list[int]:
    starts = []
    for word in words:
        starts.append(first)
        first += len(word.pieces)
    return starts


def _pieces(words: Sequence[Word]) -> list[int]:
    return [piece for word in words for piece in word.pieces]


def _is_within(word: Word, example: ObjectiveExample) -> bool:
    """Whether a subject has a part of the word."""
    found = (each.span() for name in example.subjects or () for each in re.finditer(re.escape(name), example.text))
    return any(start < word.end and word.start < end for start, end in found)


def _padded(vectors: Tensor, places: Sequence[range], labels: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """The vectors for each text, and their labels: -1 where a guide has fewer topics than another."""
    most = max(map(len, places))
    chosen = torch.tensor([[*each, *[0] * (most - len(each))] for each in places])
    return vectors[chosen], torch.tensor([[*each, *[-1] * (most - len(each))] for each in labels])


def _about(clause: Clause) -> int:
    return ABOUT.index(clause.about if clause.about in ABOUT else "rival")


def _binary(scores: Tensor, labels: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(scores, labels.float())


def kept_pieces(file: BaseFile, texts: Sequence[str]) -> list[int]:
    """Those of single characters, and the most frequent ones of the texts."""
    short = [piece if 0 < len(piece) <= LONGEST_PIECE else "\0" for piece in file.pieces[SPECIAL:]]
    pieces = WordPieces(short, file.scores[SPECIAL:])
    characters = (piece for character in map(chr, range(33, 384)) for piece in pieces.indexes(character))
    frequent = Counter(piece for text in texts for piece in pieces.indexes(text))
    found = dict.fromkeys((*characters, *(piece for piece, _ in frequent.most_common())))
    return [*range(SPECIAL), *sorted([piece for piece in found if piece >= SPECIAL][:KEPT_PIECES])]


def optimizer_of(network: Network) -> torch.optim.Optimizer:
    encoder = network.encoder
    for frozen in (encoder.word, encoder.place, encoder.norm, *encoder.layers[:FROZEN_LAYERS]):
        frozen.requires_grad_(False)
    near = [*network.objective.near.parameters(), *network.told.near.parameters()]
    known = {id(each) for each in near}
    heads = [each for head in network.heads() for each in head.parameters() if id(each) not in known]
    groups = [
        {"params": [*encoder.layers[FROZEN_LAYERS:].parameters()], "rate": ENCODER_RATE},
        {"params": heads, "rate": HEAD_RATE},
        {"params": near, "rate": NEARNESS_RATE},
    ]
    return torch.optim.AdamW(groups, lr=ENCODER_RATE, weight_decay=DECAY)


def learn(network: Network, tasks: Tasks, minutes: float) -> None:
    optimizer = optimizer_of(network)
    network.train()
    losses: dict[str, list[float]] = {task.__name__: [] for task in tasks.shares}
    started, step = time.monotonic(), 0
    while (part := (time.monotonic() - started) / 60 / minutes) < 1:
        step += 1
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * min(1, part / WARM_UP + 0.02) * max(0.02, 1 - part)
        (task,) = random.choices([*tasks.shares], [*tasks.shares.values()])
        optimizer.zero_grad()
        loss = task()
        loss.backward()
        losses[task.__name__].append(float(loss.item()))
        for group in optimizer.param_groups:  # each task moves the encoder as much as the others
            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
        optimizer.step()
        if step % 50 == 0:
            means = (f"{name} {sum(each[-25:]) / max(1, len(each[-25:])):.3f}" for name, each in losses.items())
            print(f"{step} steps, {part:.0%}:", ", ".join(means), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=150)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, nargs="*", default=[], help="checkpoints with the same pieces")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=WEIGHTS, help="the checkpoint beside it ends in .pt")
    given = parser.parse_args()
    random.seed(given.seed)
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    file, examples = base_file(), Examples()
    parts = [torch.load(path) for path in given.start]
    # Those of a checkpoint, because the labels, by which pieces are chosen, may have changed since.
    pieces = parts[0]["pieces"] if parts else kept_pieces(file, examples.texts())
    network = Network(file, pieces)
    if parts:
        states = [part["state"] for part in parts]
        network.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    if given.minutes:
        learn(network, Tasks(network, examples), given.minutes)
        torch.save({"pieces": pieces, "state": network.state_dict()}, given.output.with_suffix(".pt"))
    write(network, file, pieces, given.output)


if __name__ == "__main__":
    main()
