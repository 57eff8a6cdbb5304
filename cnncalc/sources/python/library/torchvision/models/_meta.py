"""The classes that weights know: how many there are, not what they are called."""

_IMAGENET_CATEGORIES = range(1000)
_COCO_CATEGORIES = range(91)
_COCO_PERSON_CATEGORIES = range(2)
_VOC_CATEGORIES = range(21)
_KINETICS400_CATEGORIES = range(400)
