"""One case worked by hand for every op of the catalogue: shapes, counts, textbook fields.

The arithmetic stands beside each case. `field` is (size, stride, start) along the last axis of
an image, sequence or volume that is the op's own input.
"""

from __future__ import annotations

from typing import NamedTuple

from cnncalc import ops
from cnncalc.ops import Op
from cnncalc.shape import Shape

Window = tuple[int, int, int]


class Case(NamedTuple):
    """An op, the shapes of its inputs, and what must come of them."""

    op: Op
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    params: int = 0
    buffers: int = 0
    macs: int = 0
    field: Window | None = None


#: Ops that keep the shape of any input and count nothing, with arguments where they need some.
KEEPING: tuple[Op, ...] = (
    ops.ReLU(), ops.ReLU6(), ops.LeakyReLU(0.1), ops.RReLU(), ops.ELU(), ops.CELU(), ops.SELU(),
    ops.GELU("tanh"), ops.SiLU(), ops.Mish(), ops.Sigmoid(), ops.Tanh(), ops.Hardtanh(0, 6),
    ops.Hardsigmoid(), ops.Hardswish(), ops.Hardshrink(), ops.Softshrink(), ops.Tanhshrink(),
    ops.Softplus(), ops.Softsign(), ops.LogSigmoid(), ops.Threshold(0.1, 20), ops.Softmax(1),
    ops.LogSoftmax(1), ops.Softmin(1), ops.Softmax2d(), ops.Dropout(0.2), ops.Dropout2d(),
    ops.Dropout3d(), ops.AlphaDropout(), ops.FeatureAlphaDropout(), ops.StochasticDepth(0.1),
    ops.Identity(),
)  # fmt: skip

#: Ops that stand for functions of torch, those that read at places given by data, and others
#: that live modules use.
MORE: tuple[Case, ...] = (
    Case(ops.Pointwise("clamp", (("min", 0), ("max", 6))), ((2, 3, 4, 4),), ((2, 3, 4, 4),),
         field=(1, 1, 0)),
    Case(ops.Pointwise("where"), ((4, 1), (3,), ()), ((4, 3),)),
    Case(ops.Cast("float16"), ((2, 3),), ((2, 3),)),
    Case(ops.Whole("histc", ((10,),)), ((2, 3),), ((10,),)),
    Case(ops.Anywhere("roi_align", ((5, 3, 7, 7),)), ((2, 3, 9, 9), (5, 5)), ((5, 3, 7, 7),)),
    Case(ops.ViewAsReal(), ((2, 3),), ((2, 3, 2),)),
    Case(ops.ViewAsComplex(), ((4, 3, 2),), ((4, 3),)),
    # 7 rows of 4, each times one of 3 matrices 4 x 5: 7*4*5 products, whichever it is.
    Case(ops.GroupedMatMul(), ((7, 4), (3, 4, 5), (3,)), ((7, 5),), macs=140),
    Case(ops.GroupedMatMul(), ((3, 2, 4), (3, 4, 5)), ((3, 2, 5),), macs=120),
    # The columns in groups, and what is summed over: 2*4*6 and 2*6*5 products.
    Case(ops.GroupedMatMul(), ((3, 2, 4), (4, 6), (3,)), ((2, 6),), macs=48),
    Case(ops.GroupedMatMul(), ((2, 6), (6, 5), (3,)), ((3, 2, 5),), macs=60),
    Case(ops.Reduce("quantile", 1, settings=(("q", 0.5),)), ((2, 3, 4),), ((2, 4),)),
    Case(ops.Clone(), ((2, 3),), ((2, 3),)),
    Case(ops.Sub(other=1, reverse=True), ((),), ((),)),
    Case(ops.Parameter(()), (), ((),), params=1),
    Case(ops.Buffer((5, 0)), (), ((5, 0),)),
    Case(ops.Buffer((49, 49)), (), ((49, 49),), buffers=2401),
    Case(ops.Constant((2, 3)), (), ((2, 3),)),
    Case(ops.Unused(), (), ((),)),
    Case(ops.Reduce("prod", 1), ((2, 3, 4),), ((2, 4),)),
    Case(ops.Reduce("max", -1, keepdim=True), ((2, 3, 4),), ((2, 3, 1), (2, 3, 1))),
    Case(ops.Reduce("var_mean", (1, 2)), ((2, 3, 4),), ((2,), (2,))),
    Case(ops.Reduce("argmax"), ((2, 3, 4),), ((),)),
    Case(ops.Sum(-1), ((),), ((),)),
    Case(ops.Cumulative("cumsum", 1), ((2, 3),), ((2, 3),)),
    Case(ops.Cumulative("cummax", 0), ((2, 3),), ((2, 3), (2, 3))),
    Case(ops.Sort(1), ((2, 3),), ((2, 3), (2, 3))),
    Case(ops.Argsort(), ((2, 3),), ((2, 3),)),
    Case(ops.TopK(2, 1), ((2, 7, 4),), ((2, 2, 4), (2, 2, 4))),
    Case(ops.Normalize(), ((2, 3, 4, 4),), ((2, 3, 4, 4),), field=(1, 1, 0)),
    Case(ops.Gather(1), ((2, 9, 4), (2, 3, 4)), ((2, 3, 4),)),
    Case(ops.TakeAlongDim(1), ((2, 9, 4), (1, 3, 1)), ((2, 3, 4),)),
    Case(ops.IndexSelect(1), ((2, 9, 4), (5,)), ((2, 5, 4),)),
    Case(ops.IndexSelect(1, (0, -1, 4)), ((2, 9, 4),), ((2, 3, 4),)),
    # Dims 1 and 2 side by side: theirs come in their place; 1 and 3 apart: first.
    Case(ops.Index((1, 2)), ((2, 9, 8, 4), (5, 1), (6,)), ((2, 5, 6, 4),)),
    Case(ops.Index((1, 3)), ((2, 9, 8, 4), (5,), (5,)), ((5, 2, 8),)),
    Case(ops.Assign(((2, 1, 3, 1), (1, 0))), ((2, 3, 5), (2, 2)), ((2, 3, 5),)),
    Case(ops.Assign(), ((2, 3, 5), (7,), (2,)), ((2, 3, 5),)),
    Case(ops.Unbind(1), ((2, 3, 4),), ((2, 4),) * 3),
    # 7 = 3 + 2 + 2; cut before 2 and before 5: 2, 3, 2.
    Case(ops.TensorSplit(3, 1), ((2, 7),), ((2, 3), (2, 2), (2, 2))),
    Case(ops.TensorSplit((2, 5), 1), ((2, 7),), ((2, 2), (2, 3), (2, 2))),
    Case(ops.Flip((2, 3)), ((2, 3, 4, 5),), ((2, 3, 4, 5),)),
    Case(ops.RepeatInterleave(3, 2), ((2, 3, 4),), ((2, 3, 12),)),
    Case(ops.RepeatInterleave(3), ((2, 3, 4),), ((72,),)),
    Case(ops.Diagonal(1, 1, 2), ((2, 5, 4),), ((2, 3),)),  # columns 1..3
    Case(ops.UnfoldDim(2, 3, 2), ((1, 3, 8),), ((1, 3, 3, 3),)),  # (8 - 3)//2 + 1
    Case(ops.AsStrided((2, 2), (2, 1)), ((6,),), ((2, 2),)),
    Case(ops.GridSample(), ((2, 3, 8, 8), (2, 5, 6, 2)), ((2, 3, 5, 6),)),
    # As Conv2d(4, 6, 3): 6*4*9 weights and 6 biases; 2*8*8 positions of 6*4*9 products.
    Case(ops.DeformConv2d(4, 6, 3, padding=1), ((2, 4, 8, 8), (2, 18, 8, 8), (2, 9, 8, 8)),
         ((2, 6, 8, 8),), params=222, macs=128 * 216),
    Case(ops.CDist(), ((2, 5, 3), (7, 3)), ((2, 5, 7),)),
    Case(ops.CosineSimilarity(), ((2, 3, 4), (3, 1)), ((2, 4),)),
    Case(ops.PairwiseDistance(keepdim=True), ((2, 3), (2, 3)), ((2, 1),)),
    Case(ops.FFT("rfft2"), ((2, 3, 8, 9),), ((2, 3, 8, 5),)),  # 9//2 + 1
    Case(ops.FFT("irfft", -1), ((2, 5),), ((2, 8),)),  # 2*(5 - 1)
    Case(ops.FFT("fftn", (0, 1), (3, 4)), ((2, 5),), ((3, 4),)),
    Case(ops.EmbeddingBag(10, 3), ((4, 6),), ((4, 3),), params=30),
    Case(ops.OneHot(7), ((2, 3),), ((2, 3, 7),)),
    # One step for three rows: 3*20*(10 + 20) products; one, four or three gates.
    Case(ops.RNNCell(10, 20), ((3, 10),), ((3, 20),), params=600 + 40, macs=1800),
    Case(ops.LSTMCell(10, 20), ((3, 10), (3, 20), (3, 20)), ((3, 20), (3, 20)),
         params=4 * 640, macs=4 * 1800),
    Case(ops.GRUCell(10, 20, bias=False), ((10,), (20,)), ((20,),), params=3 * 600, macs=1800),
    # The weight (8*3*9 numbers) comes from elsewhere; 7*7 positions of 8*3*9 products.
    Case(ops.Functional(ops.Conv2d(3, 8, 3, bias=False)), ((1, 3, 9, 9), (8, 3, 3, 3)),
         ((1, 8, 7, 7),), macs=49 * 216, field=(3, 1, 0)),
    # Without a batch: as one sample.
    Case(ops.Conv2d(3, 8, 3), ((3, 9, 9),), ((8, 7, 7),), params=224, macs=49 * 216),
    Case(ops.MaxPool1d(2), ((3, 9),), ((3, 4),)),
    Case(ops.InstanceNorm1d(3), ((3, 9),), ((3, 9),)),
    Case(ops.LSTM(10, 20), ((5, 10), (1, 20), (1, 20)), ((5, 20), (1, 20), (1, 20)),
         params=2560, macs=5 * 2400),
    Case(ops.MultiheadAttention(8, 2, average_attn_weights=False),
         ((5, 8), (7, 8), (7, 8), (5, 7)), ((5, 8), (2, 5, 7)),
         params=4 * 72, macs=2 * 320 + 2 * 448 + 2 * 5 * 7 * 8),
    # Two heads of keys and values for six of queries: 2*6 times 5x4 by 4x7, then 5x7 by 7x4.
    Case(ops.ScaledDotProductAttention(enable_gqa=True), ((2, 6, 5, 4), (2, 2, 7, 4), (2, 2, 7, 4)),
         ((2, 6, 5, 4),), macs=2 * 6 * 2 * 140),
    Case(ops.Linear(4, 5), ((4,),), ((5,),), params=25, macs=20),
    Case(ops.Einsum("ii->i"), ((4, 4),), ((4,),)),
)  # fmt: skip

CASES: tuple[Case, ...] = (
    *(Case(op, ((2, 6, 4, 5),), ((2, 6, 4, 5),), field=None) for op in KEEPING),
    # The first layer of AlexNet along one axis: (227 - 11)//4 + 1 = 55.
    # Weights 96*3*11 = 3168, biases 96; MACs 55*96*3*11 = 174240.
    Case(ops.Conv1d(3, 96, 11, stride=4), ((1, 3, 227),), ((1, 96, 55),),
         params=3264, macs=174240, field=(11, 4, 0)),
    # The first layer of ResNet: (224 + 2*3 - 7)//2 + 1 = 112.
    # 64*3*7*7 = 9408 weights; 112*112 positions of 9408 products = 118013952.
    Case(ops.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
         ((1, 3, 224, 224),), ((1, 64, 112, 112),),
         params=9408, macs=118013952, field=(7, 2, -3)),
    # Depthwise, dilated: each kernel spans 2*(3 - 1) + 1 = 5; 10 + 2*2 - 5 + 1 = 10.
    # 32 kernels of 1*9 and 32 biases; two images of 10*10*32*9 = 28800 products.
    Case(ops.Conv2d(32, 32, 3, padding=2, dilation=2, groups=32),
         ((2, 32, 10, 10),), ((2, 32, 10, 10),),
         params=320, macs=57600, field=(5, 1, -2)),
    # "same" with an even kernel: 3 in all, 1 before and 2 after. 4*1*4 + 4; 4*4 * 9.
    Case(ops.Conv1d(1, 4, 4, padding="same"), ((1, 1, 9),), ((1, 4, 9),),
         params=20, macs=144, field=(4, 1, -1)),
    # C3D: 64*3*27 = 5184 weights and 64 biases; 16*112*112 = 200704 positions of 5184 products.
    Case(ops.Conv3d(3, 64, 3, padding=1), ((1, 3, 16, 112, 112),), ((1, 64, 16, 112, 112),),
         params=5248, macs=1040449536, field=(3, 1, -1)),
    # (5 - 1)*3 - 2*1 + (4 - 1) + 1 + 1 = 15; 2*3*4 weights and 3 biases; 5 positions of 24.
    # Position 0 is written by input t with 3t - 1 + k = 0: (t, k) = (0, 1); every one by one
    # or two inputs: 4 taps, 3 apart.
    Case(ops.ConvTranspose1d(2, 3, 4, stride=3, padding=1, output_padding=1),
         ((1, 2, 5),), ((1, 3, 15),), params=27, macs=120),
    # U-Net's doubling: (7 - 1)*2 + 1 + 1 = 14; 512*256*4 weights and 256 biases;
    # 49 input positions of 524288 products. Every output comes from one input.
    Case(ops.ConvTranspose2d(512, 256, 2, stride=2), ((1, 512, 7, 7),), ((1, 256, 14, 14),),
         params=524544, macs=25690112),
    # (3 - 1)*1 + 2 + 1 = 5 along each axis; 2*(4/2)*27 = 108 weights; 27 positions of 108.
    Case(ops.ConvTranspose3d(2, 4, 3, groups=2, bias=False),
         ((1, 2, 3, 3, 3),), ((1, 4, 5, 5, 5),), params=108, macs=2916, field=(3, 1, -2)),
    Case(ops.MaxPool1d(3), ((1, 8, 10),), ((1, 8, 3),), field=(3, 3, 0)),  # (10 - 3)//3 + 1
    # ResNet: (112 + 2 - 3)//2 + 1 = 56.
    Case(ops.MaxPool2d(3, stride=2, padding=1), ((1, 64, 112, 112),), ((1, 64, 56, 56),),
         field=(3, 2, -1)),
    # SqueezeNet rounds up: ceil((54 - 3)/2) + 1 = 27; with indices, a second output alike.
    Case(ops.MaxPool2d(3, stride=2, ceil_mode=True, return_indices=True),
         ((1, 96, 54, 54),), ((1, 96, 27, 27), (1, 96, 27, 27)), field=(3, 2, 0)),
    # ceil(4/4) + 1 = 2, but the second window would start at 4, behind 3 + 0: it is dropped.
    Case(ops.MaxPool2d(1, stride=4, ceil_mode=True), ((1, 1, 3, 3),), ((1, 1, 1, 1),)),
    # Dilated: spans 2*2 + 1 = 5; (8 - 5)//1 + 1 = 4.
    Case(ops.MaxPool3d(3, stride=1, dilation=2), ((1, 2, 8, 8, 8),), ((1, 2, 4, 4, 4),),
         field=(5, 1, 0)),
    Case(ops.AvgPool1d(2), ((1, 8, 9),), ((1, 8, 4),), field=(2, 2, 0)),  # (9 - 2)//2 + 1
    # LeNet: 28 -> 14.
    Case(ops.AvgPool2d(2, 2), ((1, 6, 28, 28),), ((1, 6, 14, 14),), field=(2, 2, 0)),
    Case(ops.AvgPool3d(2, stride=1), ((1, 1, 4, 5, 6),), ((1, 1, 3, 4, 5),), field=(2, 1, 0)),
    Case(ops.LPPool1d(2, 4, stride=2), ((1, 3, 10),), ((1, 3, 4),), field=(4, 2, 0)),
    Case(ops.LPPool2d(2, 3), ((1, 3, 10, 12),), ((1, 3, 3, 4),), field=(3, 3, 0)),
    Case(ops.LPPool3d(1, 2), ((1, 3, 4, 6, 8),), ((1, 3, 2, 3, 4),), field=(2, 2, 0)),
    # 10 in 5: windows of 2. 10 in 4: [0,3) [2,5) [5,8) [7,10): 3 wide, by turns 2 and 3 apart.
    Case(ops.AdaptiveAvgPool1d(5), ((1, 4, 10),), ((1, 4, 5),), field=(2, 2, 0)),
    Case(ops.AdaptiveAvgPool2d((7, None)), ((1, 512, 14, 9),), ((1, 512, 7, 9),), field=(1, 1, 0)),
    Case(ops.AdaptiveAvgPool3d(1), ((2, 4, 3, 5, 7),), ((2, 4, 1, 1, 1),)),
    Case(ops.AdaptiveMaxPool1d(2), ((1, 4, 8),), ((1, 4, 2),), field=(4, 4, 0)),
    Case(ops.AdaptiveMaxPool2d(3, return_indices=True), ((1, 4, 9, 9),), ((1, 4, 3, 3),) * 2,
         field=(3, 3, 0)),
    Case(ops.AdaptiveMaxPool3d((1, 2, 2)), ((1, 4, 9, 8, 8),), ((1, 4, 1, 2, 2),), field=(4, 4, 0)),
    Case(ops.GlobalAvgPool(), ((2, 512, 7, 7),), ((2, 512, 1, 1),)),
    Case(ops.GlobalMaxPool(), ((2, 512, 49),), ((2, 512, 1),)),
    # VGG's first: 4096*25088 weights and 4096 biases.
    Case(ops.Linear(25088, 4096), ((1, 25088),), ((1, 4096),), params=102764544, macs=102760448),
    # Over every token: 2*197 rows of 768*3072.
    Case(ops.Linear(768, 3072, bias=False), ((2, 197, 768),), ((2, 197, 3072),),
         params=2359296, macs=929562624),
    # 40 matrices of 20x30 and 40 biases; per row 40*(20*30 + 30) products.
    Case(ops.Bilinear(20, 30, 40), ((128, 20), (128, 30)), ((128, 40),),
         params=24040, macs=128 * 25200),
    Case(ops.Embedding(10, 3), ((2, 4),), ((2, 4, 3),), params=30),
    # q k^T of one ViT layer: 12 heads of 197x64 by 64x197.
    Case(ops.MatMul(), ((1, 12, 197, 64), (1, 12, 64, 197)), ((1, 12, 197, 197),),
         macs=12 * 197 * 197 * 64),
    Case(ops.Einsum("bhid,bhjd->bhij"), ((2, 3, 5, 4), (2, 3, 6, 4)), ((2, 3, 5, 6),),
         macs=2 * 3 * 5 * 6 * 4),
    # (3x4)(4x5) and then (3x5)(5x6): 60 + 90.
    Case(ops.Einsum("ij,jk,kl->il"), ((3, 4), (4, 5), (5, 6)), ((3, 6),), macs=150),
    # Weight and bias per channel; running mean, running variance and one counter.
    Case(ops.BatchNorm1d(8), ((4, 8),), ((4, 8),), params=16, buffers=17),
    Case(ops.BatchNorm2d(64), ((1, 64, 8, 8),), ((1, 64, 8, 8),), params=128, buffers=129,
         field=(1, 1, 0)),
    Case(ops.BatchNorm3d(4, affine=False), ((1, 4, 2, 3, 4),), ((1, 4, 2, 3, 4),), buffers=9,
         field=(1, 1, 0)),
    # Statistics of the whole channel: seen whole, locally a point.
    Case(ops.InstanceNorm1d(8), ((1, 8, 5),), ((1, 8, 5),), field=(1, 1, 0)),
    Case(ops.InstanceNorm2d(8, affine=True), ((1, 8, 5, 5),), ((1, 8, 5, 5),), params=16,
         field=(1, 1, 0)),
    Case(ops.InstanceNorm3d(2, track_running_stats=True), ((1, 2, 3, 3, 3),), ((1, 2, 3, 3, 3),),
         buffers=5, field=(1, 1, 0)),
    Case(ops.GroupNorm(32, 64), ((1, 64, 7, 7),), ((1, 64, 7, 7),), params=128, field=(1, 1, 0)),
    Case(ops.LayerNorm(768), ((1, 197, 768),), ((1, 197, 768),), params=1536),
    Case(ops.LayerNorm((4, 6), bias=False), ((1, 3, 4, 6),), ((1, 3, 4, 6),), params=24),
    Case(ops.RMSNorm(512), ((1, 10, 512),), ((1, 10, 512),), params=512),
    Case(ops.LocalResponseNorm(5), ((1, 96, 55, 55),), ((1, 96, 55, 55),), field=(1, 1, 0)),
    Case(ops.PReLU(6), ((2, 6, 4, 5),), ((2, 6, 4, 5),), params=6),
    Case(ops.GLU(1), ((2, 6, 4),), ((2, 3, 4),)),
    Case(ops.Dropout1d(), ((2, 6, 4),), ((2, 6, 4),)),
    Case(ops.Flatten(), ((2, 512, 7, 7),), ((2, 25088),)),  # 512*49
    Case(ops.Reshape(("=0", 3, -1)), ((2, 12, 5),), ((2, 3, 20),)),  # 60/3
    Case(ops.Unflatten(1, (3, -1)), ((2, 12, 5),), ((2, 3, 4, 5),)),
    Case(ops.Permute((0, 2, 3, 1)), ((2, 3, 4, 5),), ((2, 4, 5, 3),)),
    Case(ops.Transpose(1, -1), ((2, 3, 4, 5),), ((2, 5, 4, 3),)),
    Case(ops.Squeeze(), ((2, 1, 4, 1),), ((2, 4),)),
    Case(ops.Squeeze((1, 2)), ((2, 1, 4, 1),), ((2, 4, 1),)),
    Case(ops.Unsqueeze(-1), ((2, 3),), ((2, 3, 1),)),
    Case(ops.Expand((4, -1, 5)), ((3, 1),), ((4, 3, 5),)),
    Case(ops.Repeat((2, 1, 3)), ((3, 5),), ((2, 3, 15),)),
    Case(ops.Add(), ((2, 3, 4, 4), (3, 1, 1)), ((2, 3, 4, 4),)),
    Case(ops.Sub(other=0.5), ((2, 3),), ((2, 3),)),
    Case(ops.Mul(), ((2, 3, 4), (2, 3, 1)), ((2, 3, 4),)),
    Case(ops.Div(), ((1, 5), (4, 1)), ((4, 5),)),
    # Inception: 64 + 128 + 32 + 32.
    Case(ops.Cat(1), ((1, 64, 28, 28), (1, 128, 28, 28), (1, 32, 28, 28), (1, 32, 28, 28)),
         ((1, 256, 28, 28),)),
    Case(ops.Stack(1), ((2, 5), (2, 5), (2, 5)), ((2, 3, 5),)),
    Case(ops.Chunk(3, 1), ((2, 8, 5),), ((2, 3, 5), (2, 3, 5), (2, 2, 5))),  # ceil(8/3) = 3
    Case(ops.Split((2, 6), 1), ((2, 8, 5),), ((2, 2, 5), (2, 6, 5))),
    Case(ops.Split(3, 1), ((2, 8, 5),), ((2, 3, 5), (2, 3, 5), (2, 2, 5))),
    # Positions 1, 3, 5, 7 of 9.
    Case(ops.Slice(2, 1, -1, 2), ((1, 3, 9),), ((1, 3, 4),), field=(1, 2, 1)),
    Case(ops.Select(1, 0), ((1, 197, 768),), ((1, 768),)),
    Case(ops.ChannelShuffle(3), ((1, 240, 28, 28),), ((1, 240, 28, 28),), field=(1, 1, 0)),
    Case(ops.Roll((-3, -3), (1, 2)), ((1, 56, 56, 96),), ((1, 56, 56, 96),)),
    # Last dim first: 1 + 7 + 2 and 3 + 6 + 0.
    Case(ops.Pad((1, 2, 3, 0)), ((1, 3, 6, 7),), ((1, 3, 9, 10),), field=(1, 1, -1)),
    Case(ops.ZeroPad1d(2), ((1, 3, 7),), ((1, 3, 11),), field=(1, 1, -2)),
    Case(ops.ZeroPad2d((1, -1, 0, 2)), ((1, 3, 6, 7),), ((1, 3, 8, 7),), field=(1, 1, -1)),
    Case(ops.ZeroPad3d(1), ((1, 3, 2, 2, 2),), ((1, 3, 4, 4, 4),), field=(1, 1, -1)),
    Case(ops.ConstantPad1d(1, 0.5), ((1, 3, 7),), ((1, 3, 9),), field=(1, 1, -1)),
    Case(ops.ConstantPad2d(1, 0.5), ((1, 3, 6, 7),), ((1, 3, 8, 9),), field=(1, 1, -1)),
    Case(ops.ConstantPad3d(1, 0.5), ((1, 3, 2, 2, 2),), ((1, 3, 4, 4, 4),), field=(1, 1, -1)),
    Case(ops.ReflectionPad1d((3, 1)), ((1, 3, 7),), ((1, 3, 11),), field=(1, 1, -3)),
    Case(ops.ReflectionPad2d(3), ((1, 3, 6, 7),), ((1, 3, 12, 13),), field=(1, 1, -3)),
    Case(ops.ReflectionPad3d(1), ((1, 3, 2, 2, 2),), ((1, 3, 4, 4, 4),), field=(1, 1, -1)),
    Case(ops.ReplicationPad1d(3), ((1, 3, 2),), ((1, 3, 8),), field=(1, 1, -3)),
    Case(ops.ReplicationPad2d(3), ((1, 3, 2, 2),), ((1, 3, 8, 8),), field=(1, 1, -3)),
    Case(ops.ReplicationPad3d(1), ((1, 3, 2, 2, 2),), ((1, 3, 4, 4, 4),), field=(1, 1, -1)),
    Case(ops.CircularPad1d(2), ((1, 3, 7),), ((1, 3, 11),), field=(1, 1, -2)),
    Case(ops.CircularPad2d(2), ((1, 3, 6, 7),), ((1, 3, 10, 11),), field=(1, 1, -2)),
    Case(ops.CircularPad3d(1), ((1, 3, 2, 2, 2),), ((1, 3, 4, 4, 4),), field=(1, 1, -1)),
    # 5*1.5 = 7.5 and 7*1.5 = 10.5, rounded down.
    Case(ops.Upsample(scale_factor=1.5), ((1, 3, 5, 7),), ((1, 3, 7, 10),)),
    Case(ops.Upsample(size=(8, 6), mode="bilinear"), ((1, 3, 4, 3),), ((1, 3, 8, 6),)),
    # Half the size: output j lies at 2j + 1/2 and weighs what is less than 2 away.
    Case(ops.Upsample(scale_factor=0.5, mode="bilinear", antialias=True), ((1, 3, 8, 8),),
         ((1, 3, 4, 4),), field=(4, 2, -1)),
    # Cut to nothing, which torch allows; and nothing beside something.
    Case(ops.Slice(1, 3, 3), ((2, 5, 4),), ((2, 0, 4),)),
    Case(ops.Slice(2, 9), ((2, 5, 4),), ((2, 5, 0),)),
    Case(ops.Cat(-2), ((0,), (1, 2, 5, 4)), ((1, 2, 5, 4),)),
    Case(ops.Cat(1), ((2, 0, 4), (2, 5, 4)), ((2, 5, 4),)),
    Case(ops.PixelShuffle(3), ((1, 9, 4, 5),), ((1, 1, 12, 15),)),
    Case(ops.PixelUnshuffle(3), ((1, 1, 12, 15),), ((1, 9, 4, 5),), field=(3, 3, 0)),
    # 3*2*3 rows; (10 - 2 + 1)*(12 - 3 + 1) = 9*10 columns.
    Case(ops.Unfold((2, 3)), ((1, 3, 10, 12),), ((1, 18, 90),)),
    Case(ops.Fold((4, 5), (2, 2)), ((1, 12, 12),), ((1, 3, 4, 5),)),  # 3*4 columns of 3*2*2
    Case(ops.Mean((2, 3)), ((2, 512, 7, 7),), ((2, 512),)),
    Case(ops.Sum(1, keepdim=True), ((2, 3, 4),), ((2, 1, 4),)),
    Case(ops.Max(), ((2, 3, 4),), ((),)),
    Case(ops.Std(-1), ((2, 3, 4),), ((2, 3),)),
    Case(ops.Norm(dim=1), ((2, 3, 4),), ((2, 4),)),
    # ViT-B: in 3*768*768 + 3*768, out 768*768 + 768 = 2362368 parameters.
    # 4*197*768*768 for the projections, 2*197*197*768 for the two products.
    Case(ops.MultiheadAttention(768, 12, batch_first=True),
         ((1, 197, 768),), ((1, 197, 768), (1, 197, 197)),
         params=2362368, macs=4 * 197 * 768 * 768 + 2 * 197 * 197 * 768),
    # Queries 5, keys 7 (one more from the bias): q 8*8, k 8*3, v 8*4, out 8*8, biases 4*8, kv 2*8.
    # 5*64 + 7*24 + 7*32 + 5*64 for the projections, 2*5*8*8 for the products; two samples.
    Case(ops.MultiheadAttention(8, 2, add_bias_kv=True, kdim=3, vdim=4),
         ((5, 2, 8), (7, 2, 3), (7, 2, 4)), ((5, 2, 8), (2, 5, 8)),
         params=64 + 24 + 32 + 64 + 32 + 16, macs=2 * (320 + 168 + 224 + 320 + 640)),
    # 2*3 heads: 5x4 by 4x7, then 5x7 by 7x6.
    Case(ops.ScaledDotProductAttention(), ((2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6)),
         ((2, 3, 5, 6),), macs=2 * 3 * (5 * 7 * 4 + 5 * 7 * 6)),
    # 20*10 + 20*20 weights, two biases of 20; 5*3 steps of 600 products.
    Case(ops.RNN(10, 20), ((5, 3, 10),), ((5, 3, 20), (1, 3, 20)), params=640, macs=9000),
    # Four gates: 4*(20*10 + 20*20) + 8*20 = 2560 in the first layer, 4*(20*20*2) + 160 = 3360
    # in the second; 15 steps of 2400 + 3200 products.
    Case(ops.LSTM(10, 20, 2), ((5, 3, 10),), ((5, 3, 20), (2, 3, 20), (2, 3, 20)),
         params=5920, macs=84000),
    # Both directions: 2*(3*(20*10 + 20*20) + 2*60); 15 steps of 3600.
    Case(ops.GRU(10, 20, batch_first=True, bidirectional=True),
         ((3, 5, 10),), ((3, 5, 40), (2, 3, 20)), params=3840, macs=54000),
    # The state is projected from 20 to 6: 4*(20*10 + 20*6) + 160 + 6*20.
    Case(ops.LSTM(10, 20, proj_size=6), ((5, 3, 10),), ((5, 3, 6), (1, 3, 6), (1, 3, 20)),
         params=1560, macs=15 * (1280 + 120)),
    Case(ops.Parameter((1, 197, 768)), (), ((1, 197, 768),), params=151296),
    *MORE,
)  # fmt: skip
