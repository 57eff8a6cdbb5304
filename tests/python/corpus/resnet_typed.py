# check: resnet26(num_classes=10) @ 3x64x64
# check: resnext26() @ 3x64x64
# check: wide26(last_norm_zero=True) @ 3x64x64
# check: dilated26() @ 3x64x64
# check: basic10() @ 3x32x32
from typing import Any, Callable, List, Optional, Type, Union

import torch
import torch.nn as nn
from torch import Tensor

Norm = Callable[..., nn.Module]


def conv3x3(ins: int, outs: int, stride: int = 1, groups: int = 1, dilation: int = 1) -> nn.Conv2d:
    return nn.Conv2d(ins, outs, 3, stride=stride, padding=dilation, groups=groups, bias=False, dilation=dilation)


def conv1x1(ins: int, outs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(ins, outs, 1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    expansion: int = 1

    def __init__(self, ins: int, planes: int, stride: int = 1, downsample: Optional[nn.Module] = None,
                 groups: int = 1, base_width: int = 64, dilation: int = 1, norm: Optional[Norm] = None) -> None:
        super().__init__()
        norm = norm or nn.BatchNorm2d
        if groups != 1 or base_width != 64:
            raise ValueError("a basic block has one group of the usual width")
        self.conv1 = conv3x3(ins, planes, stride)
        self.bn1 = norm(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm(planes)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion: int = 4

    def __init__(self, ins: int, planes: int, stride: int = 1, downsample: Optional[nn.Module] = None,
                 groups: int = 1, base_width: int = 64, dilation: int = 1, norm: Optional[Norm] = None) -> None:
        super().__init__()
        if norm is None:
            norm = nn.BatchNorm2d
        inner = int(planes * (base_width / 64.)) * groups
        outer = planes * self.expansion
        self.conv1, self.bn1 = conv1x1(ins, inner), norm(inner)
        self.conv2, self.bn2 = conv3x3(inner, inner, stride, groups, dilation), norm(inner)
        self.conv3, self.bn3 = conv1x1(inner, outer), norm(outer)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        residual = x

        out = self.conv1(x)
        out = self.bn1(out)
        out = self.relu(out)

        out = self.conv2(out)
        out = self.bn2(out)
        out = self.relu(out)

        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out += residual
        out = self.relu(out)

        return out


class ResNet(nn.Module):
    def __init__(
        self,
        block: Type[Union[BasicBlock, Bottleneck]],
        layers: List[int],
        num_classes: int = 100,
        last_norm_zero: bool = False,
        groups: int = 1,
        width_per_group: int = 64,
        dilate: Optional[List[bool]] = None,
        norm: Optional[Norm] = None,
    ) -> None:
        super().__init__()
        self._norm = norm if norm is not None else nn.BatchNorm2d
        self.inplanes = 16
        self.dilation = 1
        dilate = dilate or [False] * (len(layers) - 1)
        if len(dilate) != len(layers) - 1:
            raise ValueError(f"dilate: one flag for each stage but the first, received {dilate}")
        self.groups, self.base_width = groups, width_per_group
        self.stem = nn.Sequential(
            nn.Conv2d(3, self.inplanes, kernel_size=7, stride=2, padding=3, bias=False),
            self._norm(self.inplanes),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        )
        planes = 8
        self.layer1 = self._make_layer(block, planes, layers[0])
        for at, (count, keep) in enumerate(zip(layers[1:], dilate), start=2):
            planes *= 2
            setattr(self, f"layer{at}", self._make_layer(block, planes, count, stride=2, dilate=keep))
        self.stages = len(layers)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(planes * block.expansion, num_classes)
        if last_norm_zero:
            for m in self.modules():
                if isinstance(m, Bottleneck) and m.bn3.weight is not None:
                    nn.init.constant_(m.bn3.weight, 0)
                elif isinstance(m, BasicBlock):
                    nn.init.constant_(m.bn2.weight, 0)

    def _make_layer(self, block: Type[Union[BasicBlock, Bottleneck]], planes: int, blocks: int,
                    stride: int = 1, dilate: bool = False) -> nn.Sequential:
        downsample = None
        before = self.dilation
        if dilate:
            self.dilation *= stride
            stride = 1
        if stride != 1 or self.inplanes != planes * block.expansion:
            downsample = nn.Sequential(
                conv1x1(self.inplanes, planes * block.expansion, stride),
                self._norm(planes * block.expansion),
            )
        made = [block(self.inplanes, planes, stride, downsample, self.groups, self.base_width, before, self._norm)]
        self.inplanes = planes * block.expansion
        for _ in range(1, blocks):
            made.append(block(self.inplanes, planes, groups=self.groups, base_width=self.base_width,
                              dilation=self.dilation, norm=self._norm))
        return nn.Sequential(*made)

    def _forward_impl(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for at in range(self.stages):
            x = getattr(self, f"layer{at + 1}")(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))

    def forward(self, x: Tensor) -> Tensor:
        return self._forward_impl(x)


def _build(name: str, block: Type[Union[BasicBlock, Bottleneck]], layers: List[int], weights: Optional[str],
           **kwargs: Any) -> ResNet:
    model = ResNet(block, layers, **kwargs)
    if weights is not None:
        model.load_state_dict(torch.load(f"{name}-{weights}.pth"))
    return model


def resnet26(*, weights: Optional[str] = None, **kwargs: Any) -> ResNet:
    return _build("resnet26", Bottleneck, [2, 2, 2], weights, **kwargs)


def resnext26(*, weights: Optional[str] = None, **kwargs: Any) -> ResNet:
    kwargs["groups"] = 4
    kwargs["width_per_group"] = 32
    return _build("resnext26", Bottleneck, [2, 2, 1], weights, **kwargs)


def wide26(*, weights: Optional[str] = None, **kwargs: Any) -> ResNet:
    kwargs.update(width_per_group=64 * 2)
    return _build("wide26", Bottleneck, [1, 2, 2], weights, **kwargs)


def dilated26(**kwargs: Any) -> ResNet:
    merged = {"dilate": [False, True], **kwargs}
    return _build("dilated26", Bottleneck, [1, 1, 2], None, **merged)


def basic10() -> ResNet:
    return ResNet(BasicBlock, [1, 1, 1, 1], norm=lambda c: nn.GroupNorm(4, c))
