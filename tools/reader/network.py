"""The network that learns: the steps of interviews/paige/reading/network.py, in torch."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from interviews.paige.reading.model import (
    BEGINNING,
    END,
    MAX_PIECES_OF_A_TOPIC,
    PADDING,
    SPECIAL,
    Word,
    WordPieces,
    words_of,
)
from interviews.paige.reading.network import HEADS_OF_TOPICS, ClauseHead
from interviews.paige.reading.readings import Names
from tools.reader.base_encoder import WIDTH, BaseFile, Encoder

KEPT_LAYERS = (0, 1, 2, 3, 4, 6, 7, 9, 10, 11)
DROPOUT = 0.05
OTHER_GUIDE = -20.0
"""Nearness of a topic of another guide of the batch."""

Span = tuple[int, int, int]
"""The number of a text in its batch, and the first of its pieces and the one after the last."""


class TopicHead(nn.Module):
    """interviews/paige/reading/network.py explains it. `size`: the number of scores for each topic. `around`: the
    number of vectors beside that of the clause.
    """

    def __init__(self, size: int, around: int = 0) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.first, self.second, self.near = (
            nn.Linear((4 + around) * WIDTH, WIDTH),
            nn.Linear(WIDTH, size),
            nn.Linear(4, size),
        )
        for each, scale in ((self.query, 2), (self.key, 1)):
            each.weight.data = scale * torch.eye(WIDTH)

    def forward(
        self, rows: Tensor, mask: Tensor, topics: Tensor, own: Tensor, clause: Tensor, *around: Tensor
    ) -> Tensor:
        """`topics`: for each clause, the vectors of as many topics. `own`: which of them are of its guide."""
        query, key, value = (_of_heads(each) for each in (self.query(topics), self.key(rows), rows))
        scores = query @ key.transpose(2, 3) / query.shape[-1] ** 0.5
        attention = scores.masked_fill(~mask[:, None, None, :], -1e4).softmax(-1)
        found = (attention @ value).transpose(1, 2).reshape(topics.shape)
        everything = [each[:, None, :].expand_as(topics) for each in (clause, *around)]
        compared = torch.cat([found, topics, found * topics, *everything], -1)
        deep = functional.gelu(self.first(self._dropped(compared)), approximate="tanh")
        near = torch.stack([functional.cosine_similarity(each, topics, dim=-1) for each in (found, everything[0])], -1)
        totals: Tensor = self.second(self._dropped(deep)) + self.near(_with_margins(10 * near, own))
        return totals

    def _dropped(self, rows: Tensor) -> Tensor:
        return functional.dropout(rows, DROPOUT, self.training)


class Network(nn.Module):
    """Starts from multilingual-e5-small. `pieces`: the indexes in its file of those that are kept."""

    def __init__(self, file: BaseFile, pieces: Sequence[int]) -> None:
        super().__init__()
        self.encoder = Encoder(file, pieces)
        self.encoder.layers = nn.ModuleList(self.encoder.layers[number] for number in KEPT_LAYERS)
        self.objective, self.told = TopicHead(3, around=1), TopicHead(1)
        self.subject, self.end = nn.Linear(WIDTH, 2), nn.Linear(2 * WIDTH, 1)
        self.clause, self.clause_out = nn.Linear(3 * WIDTH, WIDTH), nn.Linear(WIDTH, sum(ClauseHead.SIZES))
        kept = pieces[SPECIAL:]
        self.pieces = WordPieces([file.pieces[i] for i in kept], [file.scores[i] for i in kept])

    def words(self, text: str, names: Names) -> list[Word]:
        return [*words_of(text, self.pieces.indexes, names)]

    def rows(self, texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """One for each piece, and which of them are of the text."""
        length = max(map(len, texts))
        padded = torch.tensor([[*text, *[PADDING] * (length - len(text))] for text in texts])
        with torch.autocast("cpu", torch.bfloat16):
            rows = self.encoder(padded, DROPOUT)
        return rows.float(), padded != PADDING

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """Of topics."""
        pieces = [[piece for word in self.words(text, {}) for piece in word.pieces] for text in texts]
        return mean(*self.rows([[BEGINNING, *each[:MAX_PIECES_OF_A_TOPIC], END] for each in pieces]))

    def clause_scores(self, rows: Tensor, whole: Tensor, mask: Tensor) -> Sequence[Tensor]:
        """`rows`, `whole`: for each clause, those of its answer. `mask`: which of the rows are of the clause."""
        largest = rows.masked_fill(~mask[..., None], -1e4).max(1)[0]
        joined = functional.dropout(torch.cat([mean(rows, mask), largest, whole], -1), DROPOUT, self.training)
        deep = functional.gelu(self.clause(joined), approximate="tanh")
        scores: Sequence[Tensor] = self.clause_out(functional.dropout(deep, DROPOUT, self.training)).split(
            ClauseHead.SIZES, -1
        )
        return scores

    def heads(self) -> Iterable[nn.Module]:
        return self.objective, self.told, self.subject, self.end, self.clause, self.clause_out


def mean(rows: Tensor, mask: Tensor) -> Tensor:
    weights = mask[..., None].float()
    return (rows * weights).sum(1) / weights.sum(1).clamp(min=1)


def masks(spans: Sequence[Span], length: int) -> Tensor:
    places = torch.arange(length)
    first, last = (torch.tensor([span[i] for span in spans])[:, None] for i in (1, 2))
    return (places >= first) & (places < last)


def _with_margins(near: Tensor, own: Tensor) -> Tensor:
    """With the distance from the best other topic."""
    near = near.masked_fill(~own[..., None], OTHER_GUIDE)
    top, _ = near.topk(min(2, near.shape[1]), 1)
    best, second = top[:, :1], top[:, -1:]
    return torch.cat([near, near - torch.where(near >= best, second, best)], -1)


def _of_heads(rows: Tensor) -> Tensor:
    texts, length, width = rows.shape
    heads: Tensor = rows.view(texts, length, HEADS_OF_TOPICS, width // HEADS_OF_TOPICS).transpose(1, 2)
    return heads


def pooled(scores: Tensor, texts: Tensor, count: int) -> Tensor:
    """The scores of clauses as those of their texts. `texts`: the number of the text of each clause."""
    odds = scores[..., 1:] - scores[..., :1]
    together = torch.stack([torch.logsumexp(odds[texts == text], 0) for text in range(count)])
    return torch.cat([torch.zeros_like(together[..., :1]), together], -1)
