# check: AlexNet @ 3x32x32
# check: alexnet(num_classes=100, dropout=0.0) @ 3x32x32
"""An AlexNet narrowed for 32x32 pictures, with local response norms and a grouped layer."""
import torch
import torch.nn as nn

__all__ = ['AlexNet', 'alexnet']

WEIGHTS = {'alexnet': 'https://example.com/weights/alexnet.pth'}


class AlexNet(nn.Module):

    def __init__(self, num_classes=10, dropout=0.5):
        super(AlexNet, self).__init__()
        relu = nn.ReLU(inplace=True)     # one module, placed many times
        halve = nn.MaxPool2d(kernel_size=2, stride=2)
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, kernel_size=11, stride=4, padding=5), relu,
            nn.LocalResponseNorm(size=5, alpha=0.0001, beta=0.75, k=2), halve,
            nn.Conv2d(16, 24, kernel_size=5, padding=2, groups=2), relu,
            nn.LocalResponseNorm(5, k=2), halve,
            nn.Conv2d(24, 32, kernel_size=3, padding=1), relu,
            nn.Conv2d(32, 32, kernel_size=3, padding=1), relu,
            nn.MaxPool2d(kernel_size=2),
        )
        self.dropout = dropout
        self.classifier = nn.Linear(32, num_classes)
        self.reset()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = x.view(x.size(0), -1)
        if self.dropout > 0 and self.training:
            x = nn.functional.dropout(x, self.dropout)
        return self.classifier(x)

    def reset(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                fan = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
                module.weight.data.normal_(0, (2. / fan) ** .5)
                if module.bias is not None:
                    module.bias.data.zero_()
            elif isinstance(module, nn.Linear):
                module.weight.data.normal_(0, 0.01)
                module.bias.data.zero_()


def alexnet(pretrained=False, **kwargs):
    model = AlexNet(**kwargs)
    if pretrained:
        model.load_state_dict(torch.hub.load_state_dict_from_url(WEIGHTS['alexnet']))
    return model
