# check: NumpyNames() @ 3x12x12
# check: Compared() @ 3x12x12
# check: Places() @ 3x16
# check: Positions() @ 3x16
# check: Windows() @ 3x16x16
# check: Limits() @ 5x8
# check: Stepped() @ 3x12x12
# check: Spectrum() @ 3x15x16
# check: Widths(depth=6) @ 3x12x12
# check: Kernels() @ 3x12x12
"""Functions of torch and numpy in spellings that are seldom met."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class NumpyNames(nn.Module):
    """numpy's names of arguments, which torch takes as well."""

    def forward(self, x):
        largest, _ = x.max(axis=1, keepdims=True)
        spread = x.std(axis=(2, 3), keepdims=True)
        joined = torch.cat([largest, x.mean(axis=1, keepdims=True)], axis=1)
        return joined.softmax(dim=1), spread, torch.squeeze(largest, axis=1)


class Compared(nn.Module):
    """Where the largest values are: a mask of truth values."""

    def forward(self, x):
        peaks = F.max_pool2d(x, 3, stride=1, padding=1)
        return x * (peaks == x), (x > 0).float(), (peaks >= x).sum()


class Places(nn.Module):
    """A bias for each pair of positions, picked from a table."""

    def __init__(self, side=4):
        super().__init__()
        self.table = nn.Parameter(torch.zeros((2 * side - 1) ** 2, 3))
        at = torch.arange(side)
        grid = torch.flatten(torch.stack(torch.meshgrid([at, at], indexing="ij")), 1)
        apart = (grid[:, :, None] - grid[:, None, :]).permute(1, 2, 0).contiguous()
        apart[:, :, 0] += side - 1
        self.register_buffer("places", apart.sum(-1))

    def forward(self, x):
        near = self.table[self.places.view(-1)].view(16, 16, -1)
        far = self.table[self.places]
        return torch.matmul(x, (near + far).permute(2, 0, 1))


class Positions(nn.Module):
    """Positions at distances, with the step by name."""

    def __init__(self):
        super().__init__()
        self.register_buffer("even", torch.arange(0, 16, step=2))
        self.register_buffer("last", torch.arange(4, end=16))

    def forward(self, x):
        return x[:, self.even], x + self.last.sum()


class Windows(nn.Module):
    """Patches by `unfold` along dims, laid out anew."""

    def forward(self, x):
        patches = x.unfold(2, 4, 4).unfold(3, 4, 4)
        return patches.contiguous().view(*x.shape[:2], -1, 16).mean(-1)


class Limits(nn.Module):
    """The largest number of a dtype, to mask with."""

    def forward(self, x):
        scores = x @ x.transpose(1, 2)
        mask = torch.eye(x.shape[1], device=x.device, dtype=torch.bool)
        scores = scores.masked_fill(mask, -torch.finfo(scores.dtype).max)
        return scores.softmax(dim=-1) + torch.finfo(torch.float32).eps


class Stepped(nn.Module):
    def forward(self, x):
        return torch.roll(x, shifts=(1, -1), dims=(2, 3))[..., ::3]


class Spectrum(nn.Module):
    """To frequencies and back: complex numbers, and their parts."""

    def __init__(self):
        super().__init__()
        self.filter = nn.Parameter(torch.randn(3, 15, 9, 2) * 0.02)

    def forward(self, x):
        found = torch.fft.rfft2(x, norm="ortho") * torch.view_as_complex(self.filter)
        back = torch.fft.irfft2(found, s=x.shape[-2:], norm="ortho")
        whole = torch.fft.fftshift(torch.fft.fft2(x), dim=(-2, -1))
        parts = torch.stack([whole.real, whole.imag], dim=1)
        turned = torch.polar(whole.abs(), torch.angle(whole))
        return back, parts, torch.view_as_real(torch.fft.ifft2(torch.fft.ifftshift(turned)))


class Widths(nn.Module):
    """Widths that are counted with numpy."""

    def __init__(self, depth):
        super().__init__()
        wanted = np.arange(depth) * 6 + 12
        steps = np.round(np.log(wanted / 12) / np.log(1.5))
        rounded = (np.round(np.divide(12 * np.power(1.5, steps), 4)) * 4).astype(int)
        widths, counts = np.unique(rounded, return_counts=True)
        rates = np.linspace(0, 0.3, depth)
        layers, before = [], 3
        for width, count in zip(widths.tolist(), counts):
            for _ in range(count):
                layers += [nn.Conv2d(before, width, 3, padding=1), nn.Dropout(float(rates[count]))]
                before = width
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(int(np.prod([before, 2, 2])), np.cumsum([1, 2, 4])[-1])

    def forward(self, x):
        x = F.adaptive_avg_pool2d(self.layers(x), 2)
        return self.head(x.reshape(-1, np.prod(x.shape[1:])))


class Kernels(nn.Module):
    """Fixed kernels, from arrays of 32 and of 64 bits."""

    def __init__(self):
        super().__init__()
        edges = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], dtype="float32")
        self.edges = nn.Conv2d(1, 1, 3, bias=False)
        self.edges.weight.data = torch.from_numpy(edges.reshape((1, 1, 3, 3)))
        soft = torch.from_numpy(np.array([0.25, 0.5, 0.25])).float()
        self.register_buffer("soft", soft.view(1, 1, 1, 3).repeat(3, 1, 1, 1))
        self.register_buffer("exact", torch.from_numpy(np.ones((2, 2))))

    def forward(self, x):
        smooth = F.conv2d(x, self.soft, padding=(0, 1), groups=3)
        return self.edges(smooth[:, :1]), smooth * self.exact.float().sum()
