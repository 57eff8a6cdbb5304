"""Crops of tensors, as U-Nets use them to fit their skips."""

import torch.nn.functional as F


def crop(img, top, left, height, width):
    return img[..., top : top + height, left : left + width]


def center_crop(img, output_size):
    if isinstance(output_size, int):
        output_size = (output_size, output_size)
    elif len(output_size) == 1:
        output_size = (output_size[0], output_size[0])
    height, width = img.shape[-2:]
    crop_height, crop_width = output_size
    if crop_width > width or crop_height > height:
        padding = [
            (crop_width - width) // 2 if crop_width > width else 0,
            (crop_width - width + 1) // 2 if crop_width > width else 0,
            (crop_height - height) // 2 if crop_height > height else 0,
            (crop_height - height + 1) // 2 if crop_height > height else 0,
        ]
        img = F.pad(img, padding)
        height, width = img.shape[-2:]
        if crop_width == width and crop_height == height:
            return img
    top = int(round((height - crop_height) / 2.0))
    left = int(round((width - crop_width) / 2.0))
    return crop(img, top, left, crop_height, crop_width)
