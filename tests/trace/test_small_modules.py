"""Small live modules that other tools count wrong, with figures worked by hand.

Beside each stands the arithmetic. What torchinfo, fvcore, ptflops or thop make of such modules
is in docs/trace.md.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from modules import Does, figures
from torch import nn
from torch.nn import functional as F

import cnncalc

pytestmark = pytest.mark.torch


def test_attention_in_eval_and_no_grad() -> None:
    # 3*16*16 + 3*16 for q, k, v, 16*16 + 16 for the output: 1088 parameters.
    # 10 tokens: projections 10*4*256 = 10240, scores and values 2*10*10*16 = 3200.
    attention = nn.MultiheadAttention(16, 4, batch_first=True)
    for mode in (True, False):
        attention.train(mode)
        with torch.no_grad():
            net = Does(lambda self, x: self.attention(x, x, x)[0], attention=attention)
            assert figures(net, (10, 16)) == (1088, 13440)


def test_an_encoder_layer_does_not_take_the_fused_path() -> None:
    # Attention as above on 8 tokens of 32: 4*32*32 + 4*32 = 4224; 8*4*1024 + 2*64*32 = 36864.
    # Two linear layers of 64: 2*32*64 + 64 + 32 = 4192; 8*2*2048 = 32768. Norms: 128.
    layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True).eval()
    assert figures(layer, (8, 32)) == (4224 + 4192 + 128, 36864 + 32768)


def test_functional_attention() -> None:
    # 2 heads of 8 over 6 queries and 6 keys: 2*6*6*(8 + 8) = 1152.
    def forward(self: Any, x: torch.Tensor) -> Any:
        q = x.view(1, 6, 2, 8).transpose(1, 2)
        return F.scaled_dot_product_attention(q, q, q)

    assert figures(Does(forward), (6, 16)) == (0, 1152)


def test_transposed_convolution_counts_input_positions() -> None:
    # 4*2*9 + 2 parameters; 5*5 input positions of 72 products.
    assert figures(nn.ConvTranspose2d(4, 2, 3, stride=2), (4, 5, 5)) == (74, 1800)


def test_transposed_convolution_with_an_output_size() -> None:
    # (5 - 1)*2 + 3 = 11 or, with an output padding of 1, 12.
    net = Does(lambda self, x: self.up(x, output_size=(12, 12)), up=nn.ConvTranspose2d(4, 2, 3, 2))
    report = cnncalc.analyze(net, (4, 5, 5))
    assert report.rows[0].output_shape == (1, 2, 12, 12)
    assert (report.totals.params, report.totals.macs) == (74, 1800)


def test_functional_convolution_with_a_bare_parameter() -> None:
    # 8*3*3*3 = 216 weights; 4*4 positions of 216 products.
    net = Does(
        lambda self, x: F.conv2d(x, self.weight), weight=nn.Parameter(torch.rand(8, 3, 3, 3))
    )
    assert figures(net, (3, 6, 6)) == (216, 3456)


def test_functional_convolution_with_a_computed_weight() -> None:
    # The weight is standardized first; the convolution counts as any other.
    def forward(self: Any, x: torch.Tensor) -> Any:
        weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, weight, padding=1)

    net = Does(forward, weight=nn.Parameter(torch.rand(8, 3, 3, 3)))
    assert figures(net, (3, 6, 6)) == (216, 6 * 6 * 216)
    report = cnncalc.analyze(net, (3, 6, 6))
    assert [row.name for row in report] == ["weight", "mean", "sub", "conv2d"]
    assert report["conv2d"].inputs == ("input", "sub")
    assert report["conv2d"].field.exact(0, 0) == ((0, 1), (0, 1))


def test_a_kernel_made_from_the_input() -> None:
    # Each output position depends on the whole input through the kernel.
    def forward(self: Any, x: torch.Tensor) -> Any:
        kernel = x.mean((2, 3)).view(3, 1, 1, 1).expand(3, 1, 3, 3)
        return F.conv2d(x, kernel, padding=1, groups=3)

    report = cnncalc.analyze(Does(forward), (3, 8, 8))
    assert report["conv2d"].whole
    assert report.totals.macs == 3 * 9 * 64


def test_a_shared_module_is_held_once_and_applied_twice() -> None:
    linear = nn.Linear(10, 10)
    assert figures(nn.Sequential(linear, nn.ReLU(), linear), (10,)) == (110, 200)


def test_a_module_in_a_loop() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        for _ in range(3):
            x = self.conv(x)
        return x

    report = cnncalc.analyze(Does(forward, conv=nn.Conv2d(2, 2, 3, padding=1)), (2, 4, 4))
    assert [row.name for row in report] == ["conv", "conv#2", "conv#3"]
    assert [row.params for row in report] == [38, 0, 0]
    assert report.totals.macs == 3 * 16 * 36
    assert report["conv#3"].field.size == (7, 7)


def test_tied_embeddings() -> None:
    # 50*8 weights, in the embedding and in the output layer: 400 once; 5 tokens of 400 products.
    def forward(self: Any, ids: torch.Tensor) -> Any:
        return self.head(self.embed(ids))

    net = Does(forward, embed=nn.Embedding(50, 8), head=nn.Linear(8, 50, bias=False))
    net.head.weight = net.embed.weight
    assert figures(net, (5,)) == (400, 2000)
    report = cnncalc.analyze(net, (5,))
    assert [row.params for row in report] == [400, 0]
    assert report["head"].shared


def test_a_bare_parameter_counts() -> None:
    net = Does(lambda self, x: x * self.scale, scale=nn.Parameter(torch.ones(3, 1, 1)))
    assert figures(net, (3, 4, 4)) == (3, 0)
    assert cnncalc.analyze(net, (3, 4, 4))["mul"].inputs == ("input", "scale")


def test_groups() -> None:
    # 8*(8/4)*9 = 144 weights, 8 biases; 16 positions of 144.
    assert figures(nn.Conv2d(8, 8, 3, padding=1, groups=4), (8, 4, 4)) == (152, 2304)


def test_lstm_with_a_projection() -> None:
    # Gates: 4*12*(6 + 5) weights and 2*4*12 biases; the projection 5*12.
    # 7 steps of 4*12*11 + 60 products.
    lstm = nn.LSTM(6, 12, proj_size=5, batch_first=True)
    assert figures(lstm, (7, 6)) == (528 + 96 + 60, 7 * (528 + 60))


def test_a_bidirectional_gru_of_two_layers() -> None:
    # Per direction 3*4*(6 + 4) + 24, then 3*4*(8 + 4) + 24; 5 steps.
    gru = nn.GRU(6, 4, 2, batch_first=True, bidirectional=True)
    assert figures(gru, (5, 6)) == (2 * (120 + 24) + 2 * (144 + 24), 5 * 2 * (120 + 144))


def test_a_recurrent_cell_in_a_loop() -> None:
    # 4*3*(2 + 3) weights and 2*12 biases; 4 steps of 60.
    def forward(self: Any, x: torch.Tensor) -> Any:
        state = None
        for at in range(x.size(1)):
            state = self.cell(x[:, at], state)
        return state[0]

    assert figures(Does(forward, cell=nn.LSTMCell(2, 3)), (4, 2)) == (84, 240)


def test_padding_same() -> None:
    # An even kernel: one more on the right. 4*1*4 + 4; 9 positions of 16.
    conv = nn.Conv1d(1, 4, 4, padding="same")
    assert figures(conv, (1, 9)) == (20, 144)
    assert cnncalc.analyze(conv, (1, 9)).rows[0].field.exact(0) == ((0, 2),)


def test_padding_modes() -> None:
    conv = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")
    assert figures(conv, (1, 5, 5)) == (10, 225)
    assert cnncalc.analyze(conv, (1, 5, 5)).rows[0].field.exact(0, 0) == ((0, 4), (0, 4))


def test_module_lists_and_dicts() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        for layer in self.layers:
            x = x + layer(x)
        return self.heads["a"](x)

    net = Does(
        forward,
        layers=nn.ModuleList(nn.Linear(4, 4) for _ in range(3)),
        heads=nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Linear(4, 3)}),
    )
    report = cnncalc.analyze(net, (4,))
    assert report.totals.macs == 3 * 16 + 8
    assert report.totals.params == 3 * 20 + 10 + 15
    assert report["heads.b"].type == "Unused"
    assert report["heads.b"].params == 15
    (finding,) = report.findings
    assert (finding.code, finding.severity.value) == ("parameters-unused", "info")


def test_in_place_addition_keeps_the_residual() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        y = self.conv(x)
        y += x
        return y.relu_()

    report = cnncalc.analyze(Does(forward, conv=nn.Conv2d(2, 2, 3, padding=1)), (2, 4, 4))
    assert [row.name for row in report] == ["conv", "add", "relu"]
    assert report["add"].inputs == ("conv", "input")
    assert report["relu"].inputs == ("add",)
    assert report["add"].output_bytes == report["relu"].output_bytes == 0


def test_dropout_in_eval_does_not_swallow_the_residual() -> None:
    net = Does(lambda self, x: x + self.drop(x), drop=nn.Dropout())
    assert cnncalc.analyze(net, (3,))["add"].inputs == ("input", "drop")


def test_a_forward_called_directly() -> None:
    net = Does(lambda self, x: self.conv.forward(x), conv=nn.Conv2d(1, 2, 3))
    report = cnncalc.analyze(net, (1, 5, 5))
    assert [row.name for row in report] == ["conv"]
    assert (report.totals.params, report.totals.macs) == (20, 162)


def test_a_subclass_that_pads_first() -> None:
    class Same(nn.Conv2d):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(F.pad(x, (0, 1, 0, 1)))

    report = cnncalc.analyze(nn.Sequential(Same(1, 2, 2)), (1, 5, 5))
    assert [row.name for row in report] == ["0.pad", "0"]
    assert report["0"].output_shape == (1, 2, 5, 5)
    assert report.totals.macs == 200
    assert report["0"].field.exact(4, 4) == ((4, 4), (4, 4))


def test_functional_pooling_without_a_stride() -> None:
    report = cnncalc.analyze(Does(lambda self, x: F.max_pool2d(x, 2)), (1, 6, 6))
    assert report.rows[0].output_shape == (1, 1, 3, 3)
    assert report.rows[0].field.stride == (2, 2)


def test_a_batch_folded_into_features() -> None:
    # 4 samples of 3*4 = 12 values as rows of 4: 12 rows.
    net = Does(lambda self, x: self.fc(x.view(-1, 4)), fc=nn.Linear(4, 2))
    report = cnncalc.analyze(net, (3, 4), batch=4)
    (finding,) = report.findings
    assert finding.code == "batch-folded"
    assert finding.severity.value == "error"
    assert "the batch of 4 became 12 here" in finding.message
    assert (finding.layer, finding.expected, finding.received) == ("reshape", 4, 12)


def test_windows_that_are_put_back_fold_no_batch() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        return self.fc(x.reshape(-1, 4)).view(4, 3, 4)

    report = cnncalc.analyze(Does(forward, fc=nn.Linear(4, 4)), (3, 4), batch=4)
    assert report.findings == ()


def test_a_custom_activation_is_one_layer_if_it_is_one_operation() -> None:
    class Gate(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(x)

    class Swish(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * x.sigmoid()

    report = cnncalc.analyze(nn.Sequential(Gate(), Swish()), (3,))
    assert [row.name for row in report] == ["0", "1.sigmoid", "1.mul"]


def test_matrix_products_and_einsum() -> None:
    # (3, 4) @ (4, 5): 60; bhij,bhjk: 2*3*4*5 = 120; addmm: 60, and its sum counts nothing.
    def forward(self: Any, x: torch.Tensor) -> Any:
        y = x[0] @ self.w
        z = torch.einsum("ij,jk->ik", x[0], self.w)
        return torch.addmm(y, x[0], self.w) + z

    net = Does(forward, w=nn.Parameter(torch.rand(4, 5)))
    assert figures(net, (3, 4)) == (20, 180)


def test_a_custom_autograd_function() -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, x: torch.Tensor) -> torch.Tensor:
            return x * 2

        @staticmethod
        def backward(_: Any, grad: torch.Tensor) -> torch.Tensor:
            return grad * 2

    net = Does(lambda self, x: Double.apply(self.conv(x)), conv=nn.Conv2d(1, 2, 3))
    assert figures(net, (1, 5, 5)) == (20, 162)


def test_writing_into_a_part_of_a_new_tensor() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        out = torch.zeros(1, 2, 4, 4)
        out[:, :1] = x
        out[:, 1:] = self.conv(x)
        return out

    report = cnncalc.analyze(Does(forward, conv=nn.Conv2d(1, 1, 3, padding=1)), (1, 4, 4))
    assert report.totals.macs == 144
    assert report.rows[-1].inputs[1] == "conv"


def test_overwriting_a_view_changes_the_tensor_it_views() -> None:
    def forward(self: Any, x: torch.Tensor) -> Any:
        y = self.conv(x)
        y[:, 0].mul_(2)
        return y + 1

    report = cnncalc.analyze(Does(forward, conv=nn.Conv2d(1, 2, 1)), (1, 3, 3))
    assert report["add"].inputs == ("assign",)
    assert set(report["assign"].inputs) == {"conv", "mul"}
