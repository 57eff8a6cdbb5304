# check: ConvAutoencoder @ 1x28x28
# check: DeepAE(code=16) @ 1x28x28
# check: VAE @ 1x28x28
# check: ConvVAE(latent_dim=8, hidden_dims=None) @ 3x32x32
# check: TiedAutoencoder @ 64
# check: DenoisingAE() @ 1x28x28
# check: VQVAE() @ 3x32x32
import os
import torch
from torch import nn
from torch.nn import functional as F
import matplotlib.pyplot as plt

if not os.path.exists('./mlp_img'):
    pass

num_epochs = 20


class ConvAutoencoder(nn.Module):
    def __init__(self):
        super(ConvAutoencoder, self).__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 12, 3, stride=3, padding=1), nn.ReLU(True),  # 28 -> 10
            nn.MaxPool2d(2, stride=2),                                # 10 -> 5
            nn.Conv2d(12, 6, 3, stride=2, padding=1), nn.ReLU(True),  # 5 -> 3
            nn.MaxPool2d(2, stride=1),                                # 3 -> 2
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(6, 12, 3, stride=2), nn.ReLU(True),            # 2 -> 5
            nn.ConvTranspose2d(12, 6, 5, stride=3, padding=1), nn.ReLU(True),  # 5 -> 15
            nn.ConvTranspose2d(6, 1, 2, stride=2, padding=1), nn.Tanh(),      # 15 -> 28
        )

    def forward(self, x):
        x = self.encoder(x)
        x = self.decoder(x)
        return x


class DeepAE(nn.Module):
    def __init__(self, code=3, shape=(1, 28, 28)):
        super().__init__()
        self.shape = shape
        c, h, w = shape
        sizes = [c * h * w, 32, 24, code]
        enc = []
        for i in range(len(sizes) - 1):
            enc.append(nn.Linear(sizes[i], sizes[i + 1]))
            if i != len(sizes) - 2:
                enc.append(nn.ReLU(True))
        dec = []
        for i in range(len(sizes) - 1, 0, -1):
            dec.append(nn.Linear(sizes[i], sizes[i - 1]))
            dec.append(nn.ReLU(True) if i > 1 else nn.Sigmoid())
        self.encoder, self.decoder = nn.Sequential(*enc), nn.Sequential(*dec)

    def encode(self, x):
        return self.encoder(x.view(x.size(0), -1))

    def decode(self, z):
        return self.decoder(z).view(-1, *self.shape)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self):
        super(VAE, self).__init__()
        self.fc1 = nn.Linear(784, 40)
        self.fc21 = nn.Linear(40, 2)
        self.fc22 = nn.Linear(40, 2)
        self.fc3 = nn.Linear(2, 40)
        self.fc4 = nn.Linear(40, 784)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        if self.training:
            std = logvar.mul(0.5).exp_()
            eps = torch.randn_like(std)
            return eps.mul(std).add_(mu)
        return mu

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 784))
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction='sum')
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD


class ConvVAE(nn.Module):
    def __init__(self, in_channels=3, latent_dim=8, hidden_dims=None, side=32):
        super().__init__()
        self.latent_dim = latent_dim
        modules = []
        if hidden_dims is None:
            hidden_dims = [8, 16, 24]
        c = in_channels
        for h_dim in hidden_dims:
            modules.append(nn.Sequential(nn.Conv2d(c, h_dim, 3, 2, 1), nn.BatchNorm2d(h_dim), nn.LeakyReLU()))
            c = h_dim
        self.encoder = nn.Sequential(*modules)
        self.side = side // 2 ** len(hidden_dims)
        flat = hidden_dims[-1] * self.side ** 2
        self.fc_mu, self.fc_var = nn.Linear(flat, latent_dim), nn.Linear(flat, latent_dim)
        self.decoder_input = nn.Linear(latent_dim, flat)
        hidden_dims.reverse()
        self.top = hidden_dims[0]
        modules = []
        for i in range(len(hidden_dims) - 1):
            modules.append(nn.Sequential(
                nn.ConvTranspose2d(hidden_dims[i], hidden_dims[i + 1], kernel_size=3, stride=2, padding=1, output_padding=1),
                nn.BatchNorm2d(hidden_dims[i + 1]), nn.LeakyReLU()))
        self.decoder = nn.Sequential(*modules)
        self.final_layer = nn.Sequential(
            nn.ConvTranspose2d(hidden_dims[-1], hidden_dims[-1], 3, 2, 1, output_padding=1),
            nn.LeakyReLU(), nn.Conv2d(hidden_dims[-1], out_channels=in_channels, kernel_size=3, padding=1), nn.Tanh())

    def forward(self, input, **kwargs):
        result = torch.flatten(self.encoder(input), start_dim=1)
        mu, log_var = self.fc_mu(result), self.fc_var(result)
        std = torch.exp(0.5 * log_var)
        eps = torch.randn_like(std)
        z = eps * std + mu
        y = self.decoder_input(z).view(-1, self.top, self.side, self.side)
        return [self.final_layer(self.decoder(y)), input, mu, log_var]


class TiedAutoencoder(nn.Module):
    """the decoder uses the encoder's weight, transposed"""

    def __init__(self, n=64, hidden=16):
        super().__init__()
        self.encoder = nn.Linear(n, hidden)
        self.bias = nn.Parameter(torch.zeros(n))

    def forward(self, x):
        h = torch.tanh(self.encoder(x))
        return F.linear(h, self.encoder.weight.t(), self.bias)


class DenoisingAE(nn.Module):
    def __init__(self, noise=0.2):
        super().__init__()
        self.noise = noise
        self.c1, self.c2 = nn.Conv2d(1, 8, 3, padding='same'), nn.Conv2d(8, 4, 3, padding='same')
        self.d1, self.d2 = nn.Conv2d(4, 8, 3, padding='same'), nn.Conv2d(8, 1, 3, padding='same')

    def forward(self, x):
        if self.training:
            x = torch.clamp(x + self.noise * torch.randn(*x.shape), 0., 1.)
        x = F.max_pool2d(F.elu(self.c1(x)), 2)
        x = F.max_pool2d(F.elu(self.c2(x)), 2)
        x = F.interpolate(F.elu(self.d1(x)), scale_factor=2)
        return torch.sigmoid(self.d2(F.interpolate(x, scale_factor=2, mode='nearest')))


class VectorQuantizer(nn.Module):
    def __init__(self, num_embeddings, embedding_dim):
        super().__init__()
        self._embedding_dim = embedding_dim
        self._embedding = nn.Embedding(num_embeddings, embedding_dim)
        self._embedding.weight.data.uniform_(-1/num_embeddings, 1/num_embeddings)

    def forward(self, inputs):
        inputs = inputs.permute(0, 2, 3, 1).contiguous()
        input_shape = inputs.shape
        flat = inputs.view(-1, self._embedding_dim)
        distances = (torch.sum(flat**2, dim=1, keepdim=True)
                     + torch.sum(self._embedding.weight**2, dim=1)
                     - 2 * torch.matmul(flat, self._embedding.weight.t()))
        indices = torch.argmin(distances, dim=1)
        quantized = self._embedding(indices).view(input_shape)
        quantized = inputs + (quantized - inputs).detach()
        return quantized.permute(0, 3, 1, 2).contiguous()


class VQVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self._encoder = nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 6, 4, 2, 1))
        self._vq = VectorQuantizer(16, 6)
        self._decoder = nn.Sequential(nn.ConvTranspose2d(6, 8, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 3, 4, 2, 1))

    def forward(self, x):
        return self._decoder(self._vq(self._encoder(x)))
