#!/usr/bin/env python
# coding: utf-8
# check: MLP @ 1x28x28
# check: LinearRegression(13) @ 13
# check: DeepMLP([784, 64, 32, 10], p=0.2, batch_norm=True) @ 784
# check: DeepMLP((20, 8, 2)) @ 20

# # Multilayer perceptrons
# In[1]:


import torch
from torch import nn
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
get_ipython = None


# In[2]:


class LinearRegression(nn.Module):
    def __init__(self, n_features):
        super().__init__()
        self.linear = nn.Linear(n_features, 1)

    def forward(self, x):
        return self.linear(x).squeeze(-1)


# In[3]:


class MLP(nn.Module):
    def __init__(self, num_inputs=28 * 28, num_outputs=10, num_hiddens=64):
        super().__init__()
        self.num_inputs = num_inputs
        self.flatten = nn.Flatten()
        self.hidden = nn.Linear(num_inputs, num_hiddens)
        self.act = nn.ReLU()
        self.output = nn.Linear(num_hiddens, num_outputs)

    def forward(self, X):
        assert np.prod(X.shape[1:]) == self.num_inputs, "wrong image"
        H = self.act(self.hidden(self.flatten(X)))
        return self.output(H)


# In[4]:


class DeepMLP(nn.Module):
    def __init__(self, dims, p=0.0, batch_norm=False, activation=nn.ReLU):
        super().__init__()
        assert len(dims) >= 2, f"need two sizes or more, got {dims}"
        layers = []
        for i, (n_in, n_out) in enumerate(zip(dims[:-1], dims[1:])):
            layers.append(nn.Linear(n_in, n_out, bias=not batch_norm or i == len(dims) - 2))
            if i < len(dims) - 2:
                if batch_norm:
                    layers.append(nn.BatchNorm1d(n_out))
                layers.append(activation())
                if p > 0.:
                    layers.append(nn.Dropout(p))
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


# In[5]:


net = MLP()
net


# In[6]:


loss = nn.CrossEntropyLoss()
trainer = torch.optim.SGD(net.parameters(), lr=0.1)
X = torch.rand(2, 1, 28, 28)
y_hat = net(X)
print(y_hat.shape, loss(y_hat, torch.tensor([1, 3])).item())
