# check: ConvLSTMNet() @ 4x1x16x16
# check: CRNN(32, 1, 12, 8) @ 1x32x100
# check: TextCNN() @ 20
# check: ECGNet() @ 1x250
# check: ResNet1d(leads=12, classes=5) @ 12x256
# check: M5(n_input=1, n_output=5) @ 1x4000
# check: WaveNetLike(layers=4, blocks=2) @ 8x64
# check: TCN(3, 2, [8, 8, 8], kernel_size=3, dropout=0.2) @ 3x50
# check: CNNLSTM() @ 5x3x32x32
# check: CNNGRU() @ 1x40x100
# check: ImageRNN @ 28x28
# check: RowLSTM(bidirectional=True) @ 1x28x28
# check: Captioner(vocab=20) @ 3x32x32 6
# check: MelNet() @ 1x64x81
# check: UnrolledCell() @ 6x10
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable


class ConvLSTMCell(nn.Module):
    def __init__(self, input_dim, hidden_dim, kernel_size, bias):
        super(ConvLSTMCell, self).__init__()
        self.hidden_dim = hidden_dim
        padding = kernel_size[0] // 2, kernel_size[1] // 2
        self.conv = nn.Conv2d(in_channels=input_dim + hidden_dim, out_channels=4 * hidden_dim,
                              kernel_size=kernel_size, padding=padding, bias=bias)

    def forward(self, input_tensor, cur_state):
        h_cur, c_cur = cur_state
        gates = self.conv(torch.cat([input_tensor, h_cur], dim=1))
        cc_i, cc_f, cc_o, cc_g = torch.split(gates, self.hidden_dim, dim=1)
        i, f, o, g = torch.sigmoid(cc_i), torch.sigmoid(cc_f), torch.sigmoid(cc_o), torch.tanh(cc_g)
        c_next = f * c_cur + i * g
        h_next = o * torch.tanh(c_next)
        return h_next, c_next

    def init_hidden(self, batch_size, image_size):
        height, width = image_size
        return (torch.zeros(batch_size, self.hidden_dim, height, width, device=self.conv.weight.device),
                torch.zeros(batch_size, self.hidden_dim, height, width, device=self.conv.weight.device))


class ConvLSTMNet(nn.Module):
    """b, t, c, h, w in; the last state is read out"""

    def __init__(self, dims=(4, 6)):
        super().__init__()
        cells = []
        for i in range(0, len(dims)):
            cur = 1 if i == 0 else dims[i - 1]
            cells.append(ConvLSTMCell(input_dim=cur, hidden_dim=dims[i], kernel_size=(3, 3), bias=True))
        self.cell_list = nn.ModuleList(cells)
        self.out = nn.Conv2d(dims[-1], 1, 1)

    def forward(self, x):
        b, seq_len, _, h, w = x.size()
        hidden = [cell.init_hidden(b, (h, w)) for cell in self.cell_list]
        cur = x
        for layer_idx in range(len(self.cell_list)):
            state = hidden[layer_idx]
            inner = []
            for t in range(seq_len):
                state = self.cell_list[layer_idx](input_tensor=cur[:, t, :, :, :], cur_state=state)
                inner.append(state[0])
            cur = torch.stack(inner, dim=1)
        return self.out(cur[:, -1])


class BidirectionalLSTM(nn.Module):
    def __init__(self, nIn, nHidden, nOut):
        super(BidirectionalLSTM, self).__init__()
        self.rnn = nn.LSTM(nIn, nHidden, bidirectional=True)
        self.embedding = nn.Linear(nHidden * 2, nOut)

    def forward(self, input):
        recurrent, _ = self.rnn(input)
        T, b, h = recurrent.size()
        output = self.embedding(recurrent.view(T * b, h))
        return output.view(T, b, -1)


class CRNN(nn.Module):
    def __init__(self, imgH, nc, nclass, nh, leaky=False):
        super(CRNN, self).__init__()
        assert imgH % 16 == 0, 'imgH has to be a multiple of 16'
        ks, ps, ss = [3, 3, 3, 3, 2], [1, 1, 1, 1, 0], [1, 1, 1, 1, 1]
        nm = [8, 12, 16, 16, 16]
        cnn = nn.Sequential()

        def convRelu(i, batchNormalization=False):
            nIn = nc if i == 0 else nm[i - 1]
            cnn.add_module('conv{0}'.format(i), nn.Conv2d(nIn, nm[i], ks[i], ss[i], ps[i]))
            if batchNormalization:
                cnn.add_module('batchnorm{0}'.format(i), nn.BatchNorm2d(nm[i]))
            cnn.add_module('relu{0}'.format(i), nn.LeakyReLU(0.2, inplace=True) if leaky else nn.ReLU(True))

        for i in range(5):
            convRelu(i, i % 2 == 1)
            if i < 2:
                cnn.add_module('pooling{0}'.format(i), nn.MaxPool2d(2, 2))
            elif i < 4:
                cnn.add_module('pooling{0}'.format(i), nn.MaxPool2d((2, 2), (2, 1), (0, 1)))
        self.cnn = cnn
        self.rnn = nn.Sequential(BidirectionalLSTM(16, nh, nh), BidirectionalLSTM(nh, nh, nclass))

    def forward(self, input):
        conv = self.cnn(input)
        b, c, h, w = conv.size()
        assert h == 1, "the height of conv must be 1"
        conv = conv.squeeze(2)
        conv = conv.permute(2, 0, 1)  # [w, b, c]
        return self.rnn(conv)


class TextCNN(nn.Module):
    def __init__(self, vocab=50, dim=12, sizes=(3, 4, 5), filters=6, classes=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim, padding_idx=0)
        self.convs = nn.ModuleList([nn.Conv2d(1, filters, (k, dim)) for k in sizes])
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(filters * len(sizes), classes)

    def conv_and_pool(self, x, conv):
        x = F.relu(conv(x)).squeeze(3)
        return F.max_pool1d(x, x.size(2)).squeeze(2)

    def forward(self, x):
        out = self.embedding(x).unsqueeze(1)
        out = torch.cat([self.conv_and_pool(out, conv) for conv in self.convs], 1)
        return self.fc(self.dropout(out))


class ECGNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 8, 7, stride=2, padding=3)
        self.bn1 = nn.BatchNorm1d(8)
        self.conv2 = nn.Conv1d(8, 16, 5, padding=2)
        self.bn2 = nn.BatchNorm1d(16)
        self.pool = nn.MaxPool1d(kernel_size=2)
        self.fc = nn.Linear(16 * 31, 5)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = x.view(x.shape[0], -1)
        return F.softmax(self.fc(x), -1)


class Block1d(nn.Module):
    def __init__(self, i, o, stride=1, k=7, dropout=0.2):
        super().__init__()
        self.a = nn.Conv1d(i, o, k, stride=stride, padding=(k - 1) // 2, bias=False)
        self.na = nn.BatchNorm1d(o)
        self.drop = nn.Dropout(dropout)
        self.b = nn.Conv1d(o, o, k, padding=(k - 1) // 2, bias=False)
        self.nb = nn.BatchNorm1d(o)
        self.skip = None
        if stride > 1:
            self.skip = nn.Sequential(nn.MaxPool1d(stride, ceil_mode=True), nn.Conv1d(i, o, 1, bias=False))

    def forward(self, x):
        y = self.drop(torch.relu(self.na(self.a(x))))
        y = self.nb(self.b(y))
        y += x if self.skip is None else self.skip(x)
        return torch.relu_(y)


class ResNet1d(nn.Module):
    def __init__(self, leads, classes, widths=(8, 12, 16)):
        super().__init__()
        self.stem = nn.Conv1d(leads, widths[0], 15, padding=7)
        body = []
        for i, o in zip(widths[:-1], widths[1:]):
            body += [Block1d(i, o, stride=4), Block1d(o, o)]
        self.body = nn.Sequential(*body)
        self.avg, self.max = nn.AdaptiveAvgPool1d(1), nn.AdaptiveMaxPool1d(1)
        self.fc = nn.Linear(widths[-1] * 2, classes)

    def forward(self, x):
        x = self.body(self.stem(x))
        x = torch.cat((self.avg(x), self.max(x)), dim=1)
        return self.fc(x.view(x.size(0), -1))


class M5(nn.Module):
    def __init__(self, n_input=1, n_output=35, stride=16, n_channel=8):
        super().__init__()
        self.conv1 = nn.Conv1d(n_input, n_channel, kernel_size=80, stride=stride)
        self.bn1 = nn.BatchNorm1d(n_channel)
        self.pool1 = nn.MaxPool1d(4)
        self.conv2 = nn.Conv1d(n_channel, 2 * n_channel, kernel_size=3)
        self.bn2 = nn.BatchNorm1d(2 * n_channel)
        self.pool2 = nn.MaxPool1d(4)
        self.fc1 = nn.Linear(2 * n_channel, n_output)

    def forward(self, x):
        x = self.pool1(F.relu(self.bn1(self.conv1(x))))
        x = self.pool2(F.relu(self.bn2(self.conv2(x))))
        x = F.avg_pool1d(x, x.shape[-1])
        x = x.permute(0, 2, 1)
        x = self.fc1(x)
        return F.log_softmax(x, dim=2).squeeze(1)


class CausalConv1d(nn.Conv1d):
    def __init__(self, i, o, k=2, dilation=1, **kw):
        self.left = (k - 1) * dilation
        super(CausalConv1d, self).__init__(i, o, k, dilation=dilation, **kw)

    def forward(self, x):
        return super(CausalConv1d, self).forward(F.pad(x, (self.left, 0)))


class WaveNetLike(nn.Module):
    def __init__(self, layers=10, blocks=4, classes=8, res=8, skip=12):
        super().__init__()
        self.start = CausalConv1d(classes, res)
        self.filters, self.gates = nn.ModuleList(), nn.ModuleList()
        self.res, self.skip = nn.ModuleList(), nn.ModuleList()
        self.receptive_field = 1
        for b in range(blocks):
            d = 1
            for l in range(layers):
                self.filters.append(CausalConv1d(res, res, dilation=d))
                self.gates.append(CausalConv1d(res, res, dilation=d))
                self.res.append(nn.Conv1d(res, res, 1))
                self.skip.append(nn.Conv1d(res, skip, 1))
                self.receptive_field += d
                d *= 2
        self.end1, self.end2 = nn.Conv1d(skip, skip, 1), nn.Conv1d(skip, classes, 1)

    def forward(self, x):
        x = self.start(x)
        skips = 0
        for f, g, r, s in zip(self.filters, self.gates, self.res, self.skip):
            z = torch.tanh(f(x)) * torch.sigmoid(g(x))
            skips = s(z) + skips
            x = x + r(z)
        return self.end2(F.relu(self.end1(F.relu(skips))))


class Chomp1d(nn.Module):
    def __init__(self, chomp_size):
        super(Chomp1d, self).__init__()
        self.chomp_size = chomp_size

    def forward(self, x):
        return x[:, :, :-self.chomp_size].contiguous()


class TCN(nn.Module):
    def __init__(self, n_in, n_out, channels, kernel_size=2, dropout=0.2):
        super().__init__()
        layers = []
        for i in range(len(channels)):
            d = 2 ** i
            c_in = n_in if i == 0 else channels[i-1]
            layers += [nn.Conv1d(c_in, channels[i], kernel_size, stride=1, padding=(kernel_size-1) * d, dilation=d),
                       Chomp1d((kernel_size-1) * d), nn.ReLU(), nn.Dropout(dropout)]
        self.network = nn.Sequential(*layers)
        self.linear = nn.Linear(channels[-1], n_out)

    def forward(self, x):
        return self.linear(self.network(x)[:, :, -1])


class CNNLSTM(nn.Module):
    """frames through a CNN, then an LSTM"""

    def __init__(self, hidden=12, classes=4):
        super(CNNLSTM, self).__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.Conv2d(8, 8, 3, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
        self.lstm = nn.LSTM(input_size=32, hidden_size=hidden, num_layers=2, batch_first=True, dropout=0.1)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x_3d):
        hidden = None
        seq = []
        for t in range(x_3d.size(1)):
            seq.append(self.cnn(x_3d[:, t, :, :, :]))
        out, hidden = self.lstm(torch.stack(seq, dim=0).transpose(0, 1), hidden)
        return self.fc(out[:, -1, :])


class CNNGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 6, (5, 5), stride=(2, 2), padding=(2, 2)), nn.Hardtanh(0, 20, inplace=True))
        rnn_in = int(math.floor((40 + 2 * 2 - 5) / 2) + 1) * 6
        self.gru = nn.GRU(rnn_in, 10, num_layers=1, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(10, 7, bias=False)

    def forward(self, x):
        x = self.conv(x)
        sizes = x.size()
        x = x.view(sizes[0], sizes[1] * sizes[2], sizes[3])
        x = x.transpose(1, 2)
        x, h = self.gru(x)
        x = x.view(x.size(0), x.size(1), 2, -1).sum(2).view(x.size(0), x.size(1), -1)
        return F.log_softmax(self.fc(x), dim=-1)


class ImageRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(28, 16, batch_first=True)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        h0 = torch.zeros(1, x.size(0), 16).to(x.device)
        out, hn = self.rnn(x, h0)
        return self.fc(hn.squeeze(0))


class RowLSTM(nn.Module):
    def __init__(self, hidden=8, layers=1, bidirectional=False):
        super().__init__()
        self.hidden, self.layers = hidden, layers
        self.directions = 2 if bidirectional else 1
        self.lstm = nn.LSTM(28, hidden, layers, batch_first=True, bidirectional=bidirectional)
        self.fc = nn.Linear(hidden * self.directions, 10)

    def forward(self, x):
        x = x.reshape(-1, 28, 28)
        h0 = Variable(torch.zeros(self.layers * self.directions, x.size(0), self.hidden))
        c0 = Variable(torch.zeros(self.layers * self.directions, x.size(0), self.hidden))
        out, _ = self.lstm(x, (h0, c0))
        return self.fc(out[:, -1, :])


class Captioner(nn.Module):
    def __init__(self, vocab, embed=8, hidden=10):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 6, 5, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        for p in self.cnn.parameters():
            p.requires_grad_(False)
        self.project = nn.Linear(6, embed)
        self.embed = nn.Embedding(vocab, embed)
        self.lstm = nn.LSTM(embed, hidden, batch_first=True)
        self.linear = nn.Linear(hidden, vocab)

    def forward(self, images, captions):
        features = self.project(self.cnn(images).view(images.size(0), -1))
        words = self.embed(captions[:, :-1])
        inputs = torch.cat((features.unsqueeze(1), words), dim=1)
        return self.linear(self.lstm(inputs)[0])


class MelNet(nn.Module):
    def __init__(self, mels=64):
        super().__init__()
        self.bn0 = nn.BatchNorm2d(mels)
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.att = nn.Conv1d(8, 3, 1)
        self.cla = nn.Conv1d(8, 3, 1)

    def forward(self, x):
        x = x.transpose(1, 2)   # the bins are the channels of the norm
        x = self.bn0(x)
        x = x.transpose(1, 2)
        x = F.avg_pool2d(F.relu_(self.conv(x)), kernel_size=(2, 2))
        x = torch.mean(x, dim=2)
        x1 = F.max_pool1d(x, kernel_size=3, stride=1, padding=1)
        x2 = F.avg_pool1d(x, kernel_size=3, stride=1, padding=1)
        x = x1 + x2
        norm_att = torch.softmax(torch.clamp(self.att(x), -10, 10), dim=-1)
        return torch.sum(norm_att * torch.sigmoid(self.cla(x)), dim=2)


class UnrolledCell(nn.Module):
    def __init__(self, n=10, hidden=7):
        super().__init__()
        self.n_hidden = hidden
        self.i2h = nn.Linear(n + hidden, hidden)
        self.cell = nn.GRUCell(hidden, hidden)
        self.out = nn.Linear(hidden, 3)

    def init_hidden(self, b):
        return torch.zeros(b, self.n_hidden)

    def forward(self, x):
        h = self.init_hidden(x.size(0))
        t = 0
        while t < x.size(1):
            h = torch.tanh(self.i2h(torch.cat((x[:, t], h), 1)))
            h = self.cell(h, h)
            t += 1
        return self.out(h)
