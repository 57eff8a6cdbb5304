"""AlexNet in one stream, for grey images of 224x224 and ten classes."""

from torch import nn


def conv(inputs, outputs, kernel, **options):
    return [nn.Conv2d(inputs, outputs, kernel, **options), nn.ReLU()]


def hidden(inputs, outputs=4096):
    return [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(0.5)]


class AlexNet(nn.Module):
    """Five convolutions, three poolings, two hidden linear layers and the output."""

    def __init__(self, classes=10):
        super().__init__()
        self.features = nn.Sequential(
            *conv(1, 96, 11, stride=4, padding=1),
            nn.MaxPool2d(3, stride=2),
            *conv(96, 256, 5, padding=2),
            nn.MaxPool2d(3, stride=2),
            *conv(256, 384, 3, padding=1),
            *conv(384, 384, 3, padding=1),
            *conv(384, 256, 3, padding=1),
            nn.MaxPool2d(3, stride=2),
        )
        self.classifier = nn.Sequential(
            nn.Flatten(), *hidden(256 * 5 * 5), *hidden(4096), nn.Linear(4096, classes)
        )

    def forward(self, x):
        return self.classifier(self.features(x))
