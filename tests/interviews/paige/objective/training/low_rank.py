from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

RANK = 32


class LowRank(nn.Module):
    """Rounded weights that stay as they are, and the product of two small matrices that is added to them.

    It begins next to the difference of the exact and the rounded weights. Most of what training changes would be lost
    in four bits: it is smaller than half a step of the rounding.
    Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, https://arxiv.org/abs/2106.09685.
    """

    rounded: Tensor

    def __init__(self, exact: nn.Linear, rounded: Tensor) -> None:
        super().__init__()
        left, sizes, right = torch.linalg.svd(exact.weight.data - rounded, full_matrices=False)
        roots = sizes[:RANK].sqrt()
        self.register_buffer("rounded", rounded)
        self.up, self.down = nn.Parameter(left[:, :RANK] * roots), nn.Parameter(roots[:, None] * right[:RANK])
        self.bias = exact.bias

    def weights(self, name: str) -> Iterator[tuple[str, Tensor]]:
        yield from ((name, self.rounded), (f"{name}.up", self.up), (f"{name}.down", self.down))

    def forward(self, rows: Tensor) -> Tensor:
        changes = functional.linear(functional.linear(rows, self.down), self.up)
        return functional.linear(rows, self.rounded, self.bias) + changes
