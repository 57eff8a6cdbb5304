# check: EmotionNet @ 1x48x48
# check: EmotionNet("large") @ 1x48x48
# check: main_model() @ 1x48x48
import torch
import torch.nn as nn
from toynets import config
from toynets.config import WIDTHS, NUM_CLASSES as N
from toynets.layers import Stage, flat_features
import toynets.layers as L


class EmotionNet(nn.Module):
    def __init__(self, size="small"):
        super().__init__()
        w = WIDTHS[size]
        self.stages = nn.Sequential(Stage(config.CHANNELS, w[0]), L.Stage(w[0], w[1], p=.4))
        self.fc = nn.Linear(flat_features(w[1]), N)

    def forward(self, x):
        return self.fc(self.stages(x).flatten(1))

    @property
    def device(self):
        return next(self.parameters()).device


def main_model():
    model = EmotionNet(size=min(config.WIDTHS, key=lambda k: sum(config.WIDTHS[k])))
    model = model.to(config.DEVICE)
    model.eval()
    return model
