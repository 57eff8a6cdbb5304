# check: SiameseNetwork @ 1x100x100 1x100x100
# check: triplet() @ 1x28x28 1x28x28 1x28x28
# check: TwoStream(share=False) @ rgb=3x32x32 flow=2x32x32
# check: WithMeta() @ image=3x32x32 meta=5
# check: RelationNet() @ 3x20x20 3x20x20
import torch
import torch.nn as nn
import torch.nn.functional as F


class SiameseNetwork(nn.Module):
    def __init__(self):
        super(SiameseNetwork, self).__init__()
        self.cnn1 = nn.Sequential(
            nn.ReflectionPad2d(1), nn.Conv2d(1, 4, kernel_size=3), nn.ReLU(inplace=True), nn.BatchNorm2d(4),
            nn.ReflectionPad2d(1), nn.Conv2d(4, 2, kernel_size=3), nn.ReLU(inplace=True), nn.BatchNorm2d(2),
        )
        self.fc1 = nn.Sequential(nn.Linear(2*100*100, 10), nn.ReLU(inplace=True), nn.Linear(10, 5))

    def forward_once(self, x):
        output = self.cnn1(x)
        output = output.view(output.size()[0], -1)
        output = self.fc1(output)
        return output

    def forward(self, input1, input2):
        output1 = self.forward_once(input1)
        output2 = self.forward_once(input2)
        return output1, output2


class EmbeddingNet(nn.Module):
    def __init__(self):
        super(EmbeddingNet, self).__init__()
        self.convnet = nn.Sequential(nn.Conv2d(1, 8, 5), nn.PReLU(), nn.MaxPool2d(2, stride=2),
                                     nn.Conv2d(8, 12, 5), nn.PReLU(), nn.MaxPool2d(2, stride=2))
        self.fc = nn.Sequential(nn.Linear(12 * 4 * 4, 16), nn.PReLU(), nn.Linear(16, 2))

    def forward(self, x):
        output = self.convnet(x)
        output = output.view(output.size()[0], -1)
        output = self.fc(output)
        return output

    def get_embedding(self, x):
        return self.forward(x)


class EmbeddingNetL2(EmbeddingNet):
    def forward(self, x):
        output = super(EmbeddingNetL2, self).forward(x)
        output /= output.pow(2).sum(1, keepdim=True).sqrt()
        return output


class TripletNet(nn.Module):
    def __init__(self, embedding_net):
        super(TripletNet, self).__init__()
        self.embedding_net = embedding_net

    def forward(self, x1, x2, x3):
        output1 = self.embedding_net(x1)
        output2 = self.embedding_net(x2)
        output3 = self.embedding_net(x3)
        return output1, output2, output3

    def get_embedding(self, x):
        return self.embedding_net(x)


def triplet():
    return TripletNet(embedding_net=EmbeddingNetL2())


class TwoStream(nn.Module):
    def __init__(self, share=True, width=8):
        super().__init__()
        make = lambda c: nn.Sequential(nn.Conv2d(c, width, 3, 2, 1), nn.ReLU(), nn.Conv2d(width, width, 3, 2, 1), nn.ReLU())
        self.spatial = make(3)
        self.temporal = self.spatial if share else make(2)
        self.fc = nn.Linear(width, 7)

    def forward(self, *, rgb, flow):
        a, b = self.spatial(rgb), self.temporal(flow)
        scores = [self.fc(s.mean(dim=[2, 3])) for s in (a, b)]
        return torch.stack(scores).mean(0)


class WithMeta(nn.Module):
    """an image and a row of a table"""

    def __init__(self, n_meta=5):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveMaxPool2d((2, 2)))
        self.meta = nn.Sequential(nn.Linear(n_meta, 6), nn.BatchNorm1d(6), nn.SiLU())
        self.out = nn.Linear(8 * 4 + 6, 1)

    def forward(self, image: torch.Tensor, meta: torch.Tensor = None) -> torch.Tensor:
        x = self.features(image).flatten(1)
        if meta is not None:
            x = torch.cat([x, self.meta(meta)], dim=-1)
        return self.out(x).squeeze(-1)


class RelationNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 3), nn.MaxPool2d(2))
        self.relation = nn.Sequential(nn.Conv2d(16, 8, 3, padding=0), nn.ReLU(), nn.MaxPool2d(2))
        self.fc1, self.fc2 = nn.Linear(8 * 3 * 3, 8), nn.Linear(8, 1)

    def forward(self, support, query):
        s, q = map(self.encoder, (support, query))
        s_ext = s.unsqueeze(0).repeat(q.size(0), 1, 1, 1, 1)
        q_ext = q.unsqueeze(0).repeat(s.size(0), 1, 1, 1, 1)
        q_ext = torch.transpose(q_ext, 0, 1)
        pairs = torch.cat((s_ext, q_ext), 2)
        pairs = pairs.view(-1, 16, *pairs.shape[3:])
        r = self.relation(pairs)
        r = r.view(r.size(0), -1)
        r = F.relu(self.fc1(r))
        return torch.sigmoid(self.fc2(r))
