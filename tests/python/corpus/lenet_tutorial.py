# check: LeNet(num_classes=10) @ 1x28x28
# check: LeNet() @ 1x28x28
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torchvision import datasets, transforms

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class LeNet(nn.Module):

    def __init__(self, num_classes=10):
        super(LeNet, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, self.num_flat_features(x))
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x

    def num_flat_features(self, x):
        # everything but the batch
        count = 1
        for side in x.size()[1:]:
            count *= side
        return count


net = LeNet().to(device)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.01, momentum=0.9)


def fit(epoch, loader):
    net.train()
    for step, (images, labels) in enumerate(loader):
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = criterion(net(images), labels)
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print("epoch %d, step %d: %.3f" % (epoch, step, loss.item()))


if __name__ == "__main__":
    prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.13,), (0.31,))])
    loader = torch.utils.data.DataLoader(
        datasets.MNIST("data", train=True, download=True, transform=prepare), batch_size=64)
    for epoch in range(3):
        fit(epoch, loader)
    torch.save(net.state_dict(), "lenet.pth")
