#!/usr/bin/env python
# coding: utf-8
# check: FlowerNet @ 3x96x96
# check: get_model("resnetish") @ 3x96x96
# check: get_model("vggish", n_classes=3) @ 3x96x96

# # Flowers: a small CNN from scratch
# In[1]:


# get_ipython().run_line_magic('matplotlib', 'inline')
import os
import random
from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import wandb
from sklearn.metrics import confusion_matrix
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T
from tqdm.auto import tqdm


# In[2]:


class CFG:
    seed = 2023
    img_size = 96
    n_classes = 5
    epochs = 3
    lr = 3e-4
    widths = [8, 16, 32]
    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")


random.seed(CFG.seed)
np.random.seed(CFG.seed)
torch.manual_seed(CFG.seed)


# In[3]:


class FlowerDataset(Dataset):
    def __init__(self, df: pd.DataFrame, transform=None):
        self.df = df
        self.transform = transform

    def __len__(self):
        return len(self.df)

    def __getitem__(self, idx):
        row = self.df.iloc[idx]
        img = cv2.cvtColor(cv2.imread(row.path), cv2.COLOR_BGR2RGB)
        return self.transform(img), row.label


tfm = T.Compose([T.ToTensor(), T.Resize((CFG.img_size, CFG.img_size))])


# In[4]:


class FlowerNet(nn.Module):
    def __init__(self, cfg=CFG):
        super().__init__()
        layers = []
        c_in = 3
        for c_out in cfg.widths:
            layers += [nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2), nn.Dropout(0.25)]
            c_in = c_out
        self.convs = nn.Sequential(*layers)
        out_size = cfg.img_size // 2 ** len(cfg.widths)
        self.fc = nn.Sequential(nn.Linear(out_size * out_size * c_in, 24), nn.ReLU(), nn.Linear(24, cfg.n_classes))

    def forward(self, x):
        return self.fc(self.convs(x).view(x.shape[0], -1))


# In[5]:


def get_model(name, n_classes=CFG.n_classes):
    model = None
    if name == "resnetish":
        class Wrap(nn.Module):
            def __init__(self, inner):
                super().__init__()
                self.inner = inner

            def forward(self, x):
                return self.inner(x) + x

        model = nn.Sequential(nn.Conv2d(3, 8, 7, 4, 3), *[Wrap(nn.Conv2d(8, 8, 3, padding=1)) for _ in range(2)])
        model.add_module("pool", nn.AdaptiveAvgPool2d(1))
        model.add_module("flat", nn.Flatten())
        model.fc = nn.Linear(8, n_classes)
    elif name == "vggish":
        model = FlowerNet()
        for p in model.convs.parameters():
            p.requires_grad = False
        num_ftrs = model.fc[0].in_features
        model.fc = nn.Sequential(nn.Linear(num_ftrs, 8), nn.ReLU(), nn.Linear(8, n_classes))
    else:
        print("no such model")
    return model


# In[6]:


def train_one_epoch(model, loader, optimizer):
    model.train()
    bar = tqdm(loader, total=len(loader))
    for x, y in bar:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x.to(CFG.device)), y.to(CFG.device))
        loss.backward()
        optimizer.step()
        wandb.log({"loss": loss.item()})
        bar.set_postfix(loss=f"{loss.item():.3f}")


# In[ ]:


model = FlowerNet().to(CFG.device)
optimizer = optim.Adam(model.parameters(), lr=CFG.lr)
scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=CFG.epochs)
if Path("train.csv").exists():
    df = pd.read_csv("train.csv")
    run = wandb.init(project="flowers")
    for epoch in range(CFG.epochs):
        train_one_epoch(model, DataLoader(FlowerDataset(df, tfm), batch_size=8), optimizer)
plt.figure(figsize=(4, 4))
plt.show()
