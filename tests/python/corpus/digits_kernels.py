# check: DigitRecognizer @ 1x28x28
# check: DigitRecognizerBN @ 1x28x28
# check: ValidConvs(seed=3, k=5) @ 1x28x28
import torch, torchvision
import torch.nn as nn
from torch import nn, optim
import torch.nn.functional as func
import pandas as pd
import seaborn as sns
from tqdm import tqdm

class DigitRecognizer(nn.Module):
    # 28 -> 26 -> 24 -> 12
    def __init__(self, outputs = 10):
        super(DigitRecognizer, self).__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3, 1), nn.Conv2d(32, 64, 3, 1)
        self.dropout1, self.dropout2 = nn.Dropout2d(0.25), nn.Dropout2d(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, outputs)

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = nn.functional.relu(conv(x))
        x = torch.flatten(self.dropout1(nn.functional.max_pool2d(x, 2)), 1)
        x = self.dropout2(nn.functional.relu(self.fc1(x)))
        return nn.functional.log_softmax(self.fc2(x), dim=1)


class DigitRecognizerBN(nn.Module):
    def __init__(self):
        super(DigitRecognizerBN, self).__init__()
        self.convs = nn.Sequential(
            nn.Conv2d(1, 8, 3, 1, 1), nn.BatchNorm2d(8), nn.ReLU(inplace = True), nn.MaxPool2d(2, 2),
            nn.Conv2d(8, 16, 3, 1, 1), nn.BatchNorm2d(16), nn.ReLU(inplace = True), nn.MaxPool2d(2, 2) )
        self.fcs = nn.Sequential(
            nn.Dropout(p = 0.5), nn.Linear(16*7*7, 32), nn.BatchNorm1d(32), nn.ReLU(inplace = True),
            nn.Linear(32, 10) )
        for m in self.modules() :
            if isinstance(m, nn.Conv2d) or isinstance(m, nn.Linear) :
                nn.init.xavier_uniform_(m.weight)
            elif isinstance(m, nn.BatchNorm2d) :
                m.weight.data.fill_(1); m.bias.data.zero_()

    def forward(self, x) :
        x = self.convs(x); x = x.view(x.size()[0], -1)
        return self.fcs(x)


class ValidConvs(nn.Module):
    """no padding anywhere: keep going while the picture is large enough"""
    def __init__(self, seed=0, k=5):
        super().__init__()
        torch.manual_seed(seed)
        size, c, layers = 28, 1, []
        n = 0
        while size - (k - 1) > 0 and n < 3:
            c_out = 8 + 4 * n
            layers += [nn.Conv2d(c, c_out, k, bias=False), nn.BatchNorm2d(c_out), nn.ReLU()]
            size -= k - 1
            c = c_out
            n += 1
        self.body = nn.Sequential(*layers)
        self.fc = nn.Linear(c * size ** 2, 10, bias=False)
        self.bn = nn.BatchNorm1d(10)

    def forward(self, x):
        x = (x - 0.5) * 2.0
        x = self.body(x)
        x = self.bn(self.fc(x.permute(0, 2, 3, 1).flatten(1)))
        return func.log_softmax(x, dim=1)
