"""Writes the weights that interviews/paige/reading/network.py loads: integers, with a scale for each block."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_LZMA, ZipFile

import numpy as np
import torch
from torch import Tensor, nn

from interviews.paige.reading.model import MAX_PIECES, SPECIAL
from interviews.paige.reading.network import BLOCK
from tools.reader.base_encoder import BaseFile
from tools.reader.network import Network

WORD_BITS, FROZEN_BITS, BITS = 4, 4, 5
FROZEN_LAYERS = 3
"""The first layers do not learn. They have fewer bits, as in the file that they come from."""
PLACES = MAX_PIECES + 10
"""Enough for the longest sequence: a question and an answer have three special pieces beside their own."""


def _rounded(weights: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """Integers, such as from -8 to 7, and a scale for each block. The largest weight of a block becomes -8."""
    blocks, limit = weights.reshape(len(weights), -1, BLOCK), 2 ** (bits - 1)
    largest = blocks.gather(-1, blocks.abs().argmax(-1, keepdim=True))
    scales = (largest / -limit).half().float()
    scales[scales == 0] = 1e-7
    return (blocks / scales).round().clamp(-limit, limit - 1), scales


def rounded_modules(network: Network) -> Iterator[tuple[str, nn.Module, int]]:
    """Those whose weights are rounded: their names in the file, and the bits."""
    yield "word", network.encoder.word, WORD_BITS
    for number, layer in enumerate(network.encoder.layers):
        bits = FROZEN_BITS if number < FROZEN_LAYERS else BITS
        yield from ((f"{number}.{name}", dense, bits) for name, dense in layer.dense.items())
    for name, head in (("objective", network.objective), ("told", network.told)):
        yield from ((f"{name}.{part}", getattr(head, part), BITS) for part in ("query", "key", "first"))
    yield "clause", network.clause, BITS


def write(network: Network, file: BaseFile, pieces: Sequence[int], target: Path) -> None:
    kept, encoder = pieces[SPECIAL:], network.encoder
    data: dict[str, Any] = {
        "pieces": np.frombuffer("\n".join(file.pieces[index] for index in kept).encode(), np.uint8),
        "scores": np.array([file.scores[index] for index in kept], np.float16),
        "layers": np.array(len(encoder.layers)),
        "place": _half(encoder.place.weight[:PLACES]),
    }
    for name, module, bits in rounded_modules(network):
        numbers, scales = _rounded(module.weight.data, bits)
        data[name], data[f"{name}.scale"] = numbers.view_as(module.weight).to(torch.int8).numpy(), _half(scales[..., 0])
        if name != "word":
            data[f"{name}.bias"] = _half(module.bias)
    norms = {
        f"{number}.norm.{i}": norm for number, layer in enumerate(encoder.layers) for i, norm in enumerate(layer.norms)
    }
    for name, module in (norms | {"norm": encoder.norm}).items():
        data |= {f"{name}.weight": _half(module.weight), f"{name}.bias": _half(module.bias)}
    exact = {"subject": network.subject, "end": network.end, "clause.out": network.clause_out}
    for name, head in (("objective", network.objective), ("told", network.told)):
        exact |= {f"{name}.second": head.second, f"{name}.near": head.near}
    for name, module in exact.items():
        data |= {name: module.weight.detach().numpy(), f"{name}.bias": _half(module.bias)}
    # LZMA makes the file 8% smaller than the DEFLATE of numpy, which reads both.
    with ZipFile(target, "w", ZIP_LZMA) as archive:
        for name, array in data.items():
            with archive.open(f"{name}.npy", "w") as entry:
                np.save(entry, array)


def _half(tensor: Tensor) -> Any:
    return tensor.detach().numpy().astype(np.float16)
