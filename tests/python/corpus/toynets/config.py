"""Numbers alone."""
IMG_SIZE = 48
CHANNELS = 1
NUM_CLASSES = 7
CLASSES = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
WIDTHS = dict(small=(8, 16), large=(16, 32))
DEVICE = "cpu"
assert len(CLASSES) == NUM_CLASSES
