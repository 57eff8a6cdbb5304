# check: Lenet5 @ 1x32x32
# check: Lenet5(activation="tanh", pool="avg") @ 1x32x32
# check: lenet(3) @ 3x32x32
"""LeNet-5; the activation and the pooling are looked up by name."""
from torch import nn, optim

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
POOLS = dict(avg=nn.AvgPool2d, max=nn.MaxPool2d)


class Lenet5(nn.Module):
    def __init__(self, in_channels=1, activation="relu", pool="max", classes=10):
        super().__init__()
        act = ACTIVATIONS[activation]
        down = POOLS[pool]
        stem = [nn.Conv2d(in_channels, 6, kernel_size=(5, 5)), act(), down(kernel_size=(2, 2), stride=2)]
        stem += [nn.Conv2d(6, 16, kernel_size=(5, 5)), act(), down((2, 2), 2)]
        self.stem = nn.Sequential(*stem)
        self.c5 = nn.Conv2d(16, 120, (5, 5))
        self.act = act()
        self.head = nn.Sequential(nn.Linear(120, 84), act(), nn.Linear(84, classes), nn.LogSoftmax(dim=-1))

    def forward(self, img):
        feats = self.act(self.c5(self.stem(img)))
        return self.head(feats.view(img.size(0), -1))


def lenet(channels=1, **kwargs):
    return Lenet5(in_channels=channels, **kwargs)


def optimizer_for(model, name="adam", **options):
    table = {"adam": optim.Adam, "sgd": optim.SGD}
    return table[name](model.parameters(), **options)
