"""VGG: blocks of 3x3 convolutions that keep the size, each halved by a pooling."""

from torch import nn

#: Convolutions and channels of each block.
VGG11 = [(1, 64), (1, 128), (2, 256), (2, 512), (2, 512)]
VGG16 = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]


def block(convs, inputs, outputs):
    layers = []
    for number in range(convs):
        layers += [nn.Conv2d(outputs if number else inputs, outputs, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2, stride=2))


def vgg(blocks, inputs, classes):
    stages = []
    for convs, outputs in blocks:
        stages.append(block(convs, inputs, outputs))
        inputs = outputs
    return nn.Sequential(
        *stages,
        nn.Flatten(),
        nn.Linear(inputs * 7 * 7, 4096),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(4096, classes),
    )


def vgg11(ratio=1):
    """For grey images; `ratio=4` has a quarter of the channels."""
    return vgg([(convs, outputs // ratio) for convs, outputs in VGG11], 1, 10)


def vgg16():
    return vgg(VGG16, 3, 1000)
